/** The other side does not speak HTTP/1.1, or not well enough to be understood for certain. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}
