// An issuer of JSON Web Tokens (RFC 7519) with keys of its own, and the server of its public ones (RFC 7517).
import { generateKeyPairSync, randomUUID, sign, type KeyObject } from "node:crypto";
import { serve, type LoopbackServer } from "./loopbackServer";

/** Seconds for which a token is valid. */
const LIFETIME = 3600;

/** Somebody who signs tokens with RS256. */
export class TokenIssuer {
  private readonly keyId = randomUUID();
  private readonly privateKey: KeyObject;
  /** The JSON Web Key Set that holds the public key. */
  readonly jwks: { readonly keys: readonly object[] };

  /** @param issuer the claim `iss` of its tokens */
  constructor(readonly issuer: string) {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    this.privateKey = privateKey;
    this.jwks = {
      keys: [{ ...publicKey.export({ format: "jwk" }), kid: this.keyId, use: "sig", alg: "RS256" }],
    };
  }

  /** A token in compact form. `claims` come beside `iss`, `sub`, `iat` and `exp`, or in their place. */
  token(claims: Readonly<Record<string, unknown>> = {}): string {
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: this.issuer, sub: "somebody", iat: now, exp: now + LIFETIME, ...claims };
    const signed = [{ alg: "RS256", typ: "JWT", kid: this.keyId }, payload]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    return `${signed}.${sign("sha256", Buffer.from(signed), this.privateKey).toString("base64url")}`;
  }

  /** Headers that carry a token. */
  bearer(claims?: Readonly<Record<string, unknown>>): { readonly authorization: string } {
    return { authorization: `Bearer ${this.token(claims)}` };
  }

  /** Serves the key set at every path. */
  serveKeys(): Promise<LoopbackServer> {
    return serve((_, response) => {
      response.setHeader("content-type", "application/json").end(JSON.stringify(this.jwks));
    });
  }
}
