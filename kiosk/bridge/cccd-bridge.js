// The client of the desk's bridge, for pages of the one-stop software: one module, no dependencies.
// What goes over the wire is described in openapi.yaml beside this file.

/**
 * @typedef {object} Field
 * @property {string} label  what the field is called, in Vietnamese
 * @property {string|null} value  what is known; null where the card says nothing
 * @property {"chip_verified"|"chip_unverified"|"qr"|"mrz"|"typed"|"computed"|null} origin  where the value came from
 * @property {boolean} sensitive
 */
/**
 * What was signed: verified, and bound to this page and this request.
 * @typedef {object} Answer
 * @property {string} iss  the device
 * @property {string} aud  this page's origin
 * @property {number} iat
 * @property {number} exp
 * @property {string} jti  tells this answer from every other
 * @property {string} nonce
 * @property {string} grant
 * @property {string} purpose
 * @property {{number: number, name: string}|null} service
 * @property {boolean} practice  the person is fictitious: never use it for a real case
 * @property {{authority: string, place: string, province: string, software: string}} desk
 * @property {{way: number, at: string, verdict: "genuine"|"unconfirmed"|"rejected"|null, checks: {name: string, status: string, found: string}[]}} person
 * @property {Record<string, Field>} fields  what was agreed to, and nothing else
 * @property {string} jws  the answer as it was signed: keep it as evidence
 */
/**
 * @typedef {object} Pairing
 * @property {string} token  keep it secret: it opens the bridge for this page
 * @property {{id: string, origin: string, fields: {name: string, vi: string, en: string, sensitive: boolean}[], until: string}} grant
 * @property {{id: string, key: JsonWebKey & {kid: string}, software: string}} device  keep the key: answers of no other are taken
 */
/** @typedef {{step: string, percent: number, code?: string, vi: string, en: string}} Progress */

/** Where a desk listens, unless its office chose otherwise. */
export const DESK = "http://127.0.0.1:8630";
const PROTOCOL = "cccd-bridge.1";
const KIND = "cccd-bridge-answer+jws";
/** A public key of Ed25519 (RFC 8037, appendix A.2), to see whether this browser knows such keys at all. */
const SAMPLE = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
/** How far the clocks of desk and page may be apart, in seconds: mostly they are one and the same. */
const LEEWAY = 60;

/** Why there is no answer: a stable `code`, the `status` that HTTP has for it, and words in both languages. */
export class BridgeError extends Error {
  /** @param {{code: string, status?: number, vi: string, en: string, fields?: string[]}} said */
  constructor({ code, status = 0, vi, en, fields = [] }) {
    super(en);
    this.name = "BridgeError";
    Object.assign(this, { code, status, vi, en, fields });
  }
}
const unreachable = () => new BridgeError({
  code: "unreachable",
  vi: "Không gọi được bàn đọc thẻ: kiểm tra chương trình đang chạy, trang này đã được kết nối, và trình duyệt cho phép truy cập thiết bị trên máy này.",
  en: "The desk cannot be reached: see whether it runs, this page is paired, and the browser lets it reach this machine.",
});
const forged = (why) => new BridgeError({
  code: "not_verified", vi: "Câu trả lời không xác thực được: không dùng.", en: `The answer is not verified: ${why}. Do not use it.`,
});

const cancelled = () => new BridgeError({
  code: "cancelled", status: 410, vi: "Phần mềm đã hủy yêu cầu.", en: "The software took the request back.",
});

/** Throws where this browser cannot verify an answer: before anything is asked. */
async function demandEd25519() {
  try { await crypto.subtle.importKey("jwk", SAMPLE, "Ed25519", false, ["verify"]); }
  catch {
    throw new BridgeError({
      code: "unsupported",
      vi: "Trình duyệt này không kiểm tra được chữ ký của bàn đọc thẻ: cần Chrome 137, Firefox 129, Safari 17 trở lên, và trang https://.",
      en: "This browser cannot verify the desk's signature: Chrome 137, Firefox 129, Safari 17 or newer is needed, and a page of https://.",
    });
  }
}

/**
 * Pairs this page with a desk, by the code that the desk's page shows.
 * @param {string} code
 * @param {string} [desk]
 * @returns {Promise<Pairing>}
 */
export function pair(code, desk = DESK) {
  return ask(`${desk}/bridge/v1/pairing`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code }),
  });
}

/** A paired page's way to its desk. */
export class Bridge {
  /** @param {Pairing & {desk?: string}} pairing  what {@link pair} gave */
  constructor({ token, device, desk = DESK }) {
    this.token = token;
    this.device = device;
    this.desk = desk;
  }

  /** What this page may ask, the readers, and whether a page is connected. */
  state() {
    return ask(`${this.desk}/bridge/v1/grant`, { headers: this.#bearer() });
  }

  /** Gives the pairing up. */
  giveUp() {
    return ask(`${this.desk}/bridge/v1/grant`, { method: "DELETE", headers: this.#bearer() });
  }

  /**
   * Connects for one citizen: no other page is connected meanwhile, and what the desk read for this page is shown to the
   * officer until the visit is closed. Close it as soon as the clerk has done with the citizen. A browser without Ed25519
   * gets `unsupported`, before anything is asked.
   * @param {{onReader?: (reader: {state: "attached"|"detached"|"no_service", count: number}) => void, onEnd?: (error: BridgeError) => void}} [told]
   * @returns {Promise<Visit>}
   */
  async connect({ onReader, onEnd } = {}) {
    await demandEd25519();
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${this.desk.replace(/^http/, "ws")}/bridge/v1/socket`, [PROTOCOL, `token.${this.token}`]);
      // A browser does not tell a page why a WebSocket was refused: the grant does.
      socket.onclose = () => this.state().then(({ connected }) => (connected
        ? new BridgeError({ code: "another_client", status: 429, vi: "Một trang khác đang kết nối với bàn đọc thẻ.", en: "Another page is connected to the desk." })
        : unreachable()), (error) => error).then(reject);
      socket.onmessage = ({ data }) => {
        const { type, reader } = JSON.parse(data);
        if (type !== "ready") return;
        onReader?.(reader);
        resolve(new Visit(socket, this.device.key, onReader, onEnd));
      };
    });
  }

  /**
   * The same for one read alone: connects, reads, and lets go.
   * @param {Wanted & {onReader?: (reader: object) => void}} wanted
   * @returns {Promise<Answer>}
   */
  async read(wanted) {
    const visit = await this.connect({ onReader: wanted.onReader });
    try { return await visit.read(wanted); } finally { visit.close(); }
  }

  #bearer() { return { Authorization: `Bearer ${this.token}` }; }
}

/**
 * @typedef {object} Wanted
 * @property {string[]} fields  names of fields, all within the grant
 * @property {string} purpose  why, in words for the officer
 * @property {number} [service]  the number of the service in the desk's catalogue
 * @property {string} [nonce]  of your server, as base64url, where it verifies the answer itself; else this module makes one
 * @property {boolean} [practice]  takes answers about fictitious persons too: never in a page of real cases
 * @property {(progress: Progress) => void} [onProgress]
 * @property {AbortSignal} [signal]  takes the request back
 */

/** A connection. {@link Bridge.connect} makes one. */
export class Visit {
  #socket; #key; #open = null; #over = null;

  constructor(socket, key, onReader, onEnd) {
    this.#socket = socket;
    this.#key = key;
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data), open = this.#open;
      if (message.type === "reader") onReader?.(message);
      else if (message.type === "progress" && message.id === open?.id) open.onProgress?.(message);
      else if (message.type === "done" && message.id === open?.id) open.resolve(message.answer);
      else if (message.type === "failed") {
        // Without an open request it is the connection's own: it is about to be closed.
        const error = new BridgeError(message);
        if (open && (message.id ?? open.id) === open.id) open.reject(error); else this.#over = error;
      }
    };
    socket.onclose = () => {
      const error = this.#over ?? unreachable();
      this.#open?.reject(error);
      onEnd?.(error);
    };
  }

  /**
   * Asks for fields of the citizen. It takes as long as the officer and the card need.
   * @param {Wanted} wanted
   * @returns {Promise<Answer>}
   */
  async read({ fields, purpose, service, nonce = fresh(), practice = false, onProgress, signal }) {
    if (this.#open) throw new BridgeError({ code: "busy", status: 409, vi: "Yêu cầu trước chưa xong.", en: "The request before is still open." });
    signal?.throwIfAborted();
    // As the desk signs it.
    purpose = purpose.normalize("NFC").trim();
    const id = crypto.randomUUID();
    const cancel = () => this.#say({ type: "cancel", id });
    signal?.addEventListener("abort", cancel);
    let jws;
    try {
      jws = await new Promise((resolve, reject) => {
        this.#open = { id, onProgress, resolve, reject };
        if (this.#socket.readyState !== WebSocket.OPEN) reject(this.#over ?? unreachable());
        this.#say({ type: "read", id, fields, purpose, nonce, ...(service === undefined ? {} : { service }) });
      });
    } finally { this.#open = null; signal?.removeEventListener("abort", cancel); }
    const answer = await verify(jws, { key: this.#key, nonce, audience: location.origin, practice });
    const surplus = Object.keys(answer.fields).some((name) => !fields.includes(name));
    if (surplus || answer.purpose !== purpose) throw forged("it is not what was asked");
    return answer;
  }

  /**
   * Ends the visit: the desk drops what is open, and takes whoever it read for this page out of the session again, unless the
   * officer works with them there. A read that is open is rejected as `cancelled`.
   */
  close() {
    this.#socket.onclose = null;
    this.#over = cancelled();
    this.#open?.reject(this.#over);
    this.#socket.close();
  }

  #say(message) { if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message)); }
}

/**
 * Verifies an answer: signature (Ed25519), device, kind, audience, nonce, time, and that it is about no fictitious person. A
 * server does the same with any library for JWS; it should, where the page is not to be trusted.
 * @param {string} jws
 * @param {{key: JsonWebKey & {kid: string}, nonce: string, audience: string, now?: number, practice?: boolean}} expected
 * @returns {Promise<Answer>}
 */
export async function verify(jws, { key, nonce, audience, now = Date.now() / 1000, practice = false }) {
  const parts = jws.split(".");
  if (parts.length !== 3) throw forged("it is no JWS");
  let header, claims, good;
  try {
    header = JSON.parse(text(parts[0]));
    claims = JSON.parse(text(parts[1]));
    const { kty, crv, x } = key;
    const imported = await crypto.subtle.importKey("jwk", { kty, crv, x }, "Ed25519", false, ["verify"]);
    good = await crypto.subtle.verify("Ed25519", imported, bytes(parts[2]), new TextEncoder().encode(`${parts[0]}.${parts[1]}`));
  } catch (error) { throw forged(error.message); }
  if (header.alg !== "EdDSA" || header.typ !== KIND || header.kid !== key.kid || "crit" in header) throw forged("it is another kind of statement, or another device's");
  if (!good) throw forged("the signature is wrong");
  if (claims.iss !== key.kid) throw forged("it is another device's");
  if (claims.aud !== audience) throw forged("it is for another page");
  if (claims.nonce !== nonce) throw forged("it answers another request");
  if (!(claims.iat <= now + LEEWAY && now - LEEWAY < claims.exp)) throw forged("its time is over, or a clock is wrong");
  if (claims.practice && !practice) throw new BridgeError({
    code: "practice", vi: "Đây là thẻ luyện tập, người hư cấu: không dùng cho hồ sơ thật.", en: "This is a practice card of a fictitious person: not for a real case.",
  });
  return { ...claims, jws };
}

async function ask(address, options) {
  let answer;
  try { answer = await fetch(address, { ...options, credentials: "omit", cache: "no-store" }); }
  catch { throw unreachable(); }
  if (answer.status === 204) return undefined;
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw body?.code ? new BridgeError(body) : unreachable();
  return body;
}

const bytes = (part) => Uint8Array.from(atob(part.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (part) => new TextDecoder("utf-8", { fatal: true }).decode(bytes(part));
const fresh = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const base64url = (array) => btoa(String.fromCharCode(...array)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
