// The two calls of the page. A refusal is thrown as an ApiError with the server's stable reason.

export class ApiError extends Error {
  constructor(reason, message, metadata = {}) {
    super(message);
    this.reason = reason;
    this.metadata = metadata;
  }
}

let token = "";
export const useToken = (text) => { token = text.trim(); };

async function post(path, parts, signal) {
  const body = new FormData();
  for (const [name, value] of Object.entries(parts)) body.append(name, value);
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const response = await fetch(path, { method: "POST", body, headers, signal });
  const answer = await response.json();
  if (!response.ok) {
    const { reason, message, metadata } = answer.error;
    throw new ApiError(reason, message, metadata);
  }
  return answer;
}

export const detect = (picture, signal) => post("/v1/faces:detect", { picture }, signal);

export const verify = (reference, probe, targetFmr) =>
  post("/v1/faces:verify", { reference, probe, target_fmr: targetFmr });
