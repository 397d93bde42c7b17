/** How the platform team runs the WhaleCloud API gateway. */
export interface WhalecloudApigSettings {
  readonly type: "whalecloud-apig";
  /** Where its operator portal answers: `http(s)://host[:port]`, without a path. */
  readonly endpoint: string;
  /** The Ingress that clients reach the gateway at. */
  readonly ingress?: { readonly namespace: string; readonly name: string };
  /** Whether nothing is asked of the gateway, and APIs are taken for bound. */
  readonly mock: boolean;
  /** Seconds that one request may take. */
  readonly timeout: number;
  /**
   * Values of `res_code` by which the gateway says that what it is asked to remove is not there; its words for that are
   * understood without them.
   */
  readonly absentCodes?: readonly string[];
}
