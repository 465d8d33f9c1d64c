import { get } from 'node:http';

/** An answer to a GET, or why there was none. */
export interface HttpAnswer {
  /** 0 when nobody answered. */
  status: number;
  body: string;
}

/** Asks a server on this machine; by node:http, because `fetch` would cost the supervisor several megabytes. */
export function httpGet(url: string): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: 5_000, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', (error) => resolve({ status: 0, body: error.message }));
    });
    request.on('timeout', () => request.destroy(new Error('no answer in five seconds')));
    request.on('error', (error) => resolve({ status: 0, body: error.message }));
  });
}
