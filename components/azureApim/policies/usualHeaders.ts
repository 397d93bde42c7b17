// Headers of requests that no document has, and that clients cannot leave out.

/**
 * Headers of HTTP itself, of browsers and of what runs in them. Documents do not have them (OpenAPI Specification 3.0.3,
 * "Parameter Object", on Accept, Content-Type and Authorization).
 */
const OF_CLIENTS = [
  ...["Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Access-Control-Request-Headers"],
  ...["Access-Control-Request-Method", "Authorization", "Cache-Control", "Connection", "Content-Encoding"],
  ...["Content-Length", "Content-Type", "Cookie", "Date", "DNT", "Expect", "From", "Host", "If-Match"],
  ...["If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Keep-Alive", "Max-Forwards"],
  ...["Origin", "Pragma", "Priority", "Range", "Referer", "Sec-CH-UA", "Sec-CH-UA-Mobile"],
  ...["Sec-CH-UA-Platform", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-User"],
  ...["Sec-GPC", "Sec-Purpose", "TE", "Transfer-Encoding", "Upgrade", "Upgrade-Insecure-Requests"],
  ...["User-Agent", "X-Requested-With"],
];

/** Headers of proxies, among them Azure's Front Door and Application Gateway, which add them to every request. */
const OF_PROXIES = [
  ...["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto"],
  // "Protocol support for HTTP headers in Azure Front Door"
  ...["X-Azure-ClientIP", "X-Azure-DebugInfo", "X-Azure-FDID", "X-Azure-Ref", "X-Azure-RequestChain"],
  ...["X-Azure-SocketIP", "X-FD-HealthProbe"],
  // "How an application gateway works"
  ...["X-AppGW-Trace-Id", "X-Azure-JA4-Fingerprint", "X-Original-Host", "X-Original-URL"],
];

/** Headers by which requests are followed: W3C Trace Context and Baggage, Application Insights, API Management itself. */
const OF_TRACES = [
  ...["Apim-Debug-Authorization", "Baggage", "Correlation-Context", "Ocp-Apim-Trace", "Request-Context"],
  ...["Request-Id", "Traceparent", "Tracestate", "X-Request-Id"],
];

/** Headers that pass, whatever the document says. */
export const USUAL_HEADERS: readonly string[] = [...OF_CLIENTS, ...OF_PROXIES, ...OF_TRACES];
