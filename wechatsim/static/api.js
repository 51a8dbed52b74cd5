/** The simulator's interface under /sim. */

/** The server refused; the message is fit to be shown. */
export class Refused extends Error {}

/**
 * @param {string} method
 * @param {string} path below /sim
 * @param {unknown} [body] JSON, or a File
 * @returns {Promise<any>}
 */
export async function call(method, path, body) {
  const isFile = body instanceof File;
  const answer = await fetch(`/sim/${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": isFile ? body.type : "application/json" },
    body: body === undefined || isFile ? body : JSON.stringify(body),
  });
  const read = await answer.json();
  if (!answer.ok) throw new Refused(read.message);
  return read;
}

/**
 * @param {string} openid
 * @param {string} act
 * @param {unknown} [body]
 */
export function doAs(openid, act, body = {}) {
  return call("POST", `users/${openid}/${act}`, body);
}
