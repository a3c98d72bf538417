// A refusal with the server's stable reason.

export class ApiError extends Error {
  constructor(
    readonly reason: string,
    message: string,
    readonly metadata: Readonly<Record<string, string>> = {},
    readonly code = "",
  ) {
    super(message);
  }
}
