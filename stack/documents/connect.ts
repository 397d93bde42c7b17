// Connections for documents: addresses are checked when they are connected to, so a name that resolves otherwise at its
// second look gains nothing.
import { lookup as systemLookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { buildConnector, EnvHttpProxyAgent, type Dispatcher } from "undici";
import { isAddressAllowed, withoutBrackets } from "./addresses";
import { type DocumentLimits } from "./document";

/** All addresses of a host are refused. */
export class AddressRefusedError extends Error {
  override readonly name = "AddressRefusedError";
}

/** What gives the addresses of a name; tests have names of their own. */
export type Resolve = (
  host: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

const systemResolve: Resolve = (host, done) => {
  systemLookup(host, { all: true }, (error, addresses) => {
    done(error, error === null ? addresses : []);
  });
};

/**
 * A dispatcher that connects to no refused address. Proxies are those of HTTP_PROXY, HTTPS_PROXY and NO_PROXY; one that
 * is asked resolves names itself, so of requests through it only addresses in a URL are checked.
 *
 * @param limits of these `allowLoopback` and `deadline`
 */
export function documentDispatcher(limits: DocumentLimits, resolve: Resolve = systemResolve): Dispatcher {
  const connect = buildConnector({ lookup: checkedLookup(limits, resolve), timeout: limits.deadline });
  return new EnvHttpProxyAgent({
    connect: (options, callback) => {
      const address = withoutBrackets(options.hostname);
      // Nothing is looked up for an address.
      if (isIP(address) !== 0 && !isAddressAllowed(address, limits)) {
        callback(new AddressRefusedError(), null);
      } else connect(options, callback);
    },
    // Documents are asked for seldom.
    keepAliveTimeout: 1_000,
    keepAliveMaxTimeout: 5_000,
  });
}

function checkedLookup(limits: DocumentLimits, resolve: Resolve): LookupFunction {
  return (host, options, callback) => {
    resolve(host, (error, addresses) => {
      const allowed = addresses.filter(({ address }) => isAddressAllowed(address, limits));
      const [first] = allowed;
      if (error !== null) callback(error, "", 0);
      else if (first === undefined) callback(new AddressRefusedError(), "", 0);
      else if (options.all === true) callback(null, [...allowed]);
      else callback(null, first.address, first.family);
    });
  };
}
