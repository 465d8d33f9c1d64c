type Fetch = (url: string, options?: RequestInit) => Promise<Response>;

/** A page, or where a browser was sent that is not ours. */
export interface Shown {
  url: string;
  status: number;
  headers: Headers;
  text: string;
}

/** A browser without JavaScript: it keeps cookies, follows redirects within the site, and fills in forms. */
export class Browser {
  readonly #fetch: Fetch;
  readonly #origin: string;
  readonly #cookies = new Map<string, { value: string; path: string }>();
  shown: Shown = { url: '', status: 0, headers: new Headers(), text: '' };

  constructor(fetch: Fetch, origin: string) {
    this.#fetch = fetch;
    this.#origin = origin;
  }

  /** The cookies, by name. */
  get cookies(): ReadonlyMap<string, { value: string; path: string }> {
    return this.#cookies;
  }

  /** Goes to an address, and on to wherever it is sent; off the site it stays before the door. */
  async open(address: string | URL, options: RequestInit = {}): Promise<Shown> {
    let url = new URL(address, this.shown.url || this.#origin);
    let request = options;
    for (let hops = 0; hops < 20; hops += 1) {
      if (url.origin !== new URL(this.#origin).origin) {
        this.shown = { url: url.href, status: 0, headers: new Headers(), text: '' };
        return this.shown;
      }
      const headers = new Headers(request.headers);
      headers.set('accept', 'text/html');
      headers.set('cookie', this.#cookieHeader(url.pathname));
      const response = await this.#fetch(url.href, { ...request, headers });
      this.#keep(response.headers.getSetCookie());
      const location = response.headers.get('location');
      if (!location) {
        this.shown = {
          url: url.href,
          status: response.status,
          headers: response.headers,
          text: await response.text(),
        };
        return this.shown;
      }
      url = new URL(location, url);
      request = {};
    }
    throw new Error('redirected without end');
  }

  /** Sends the form of the page with its hidden fields and these. */
  async submit(fields: Record<string, string>): Promise<Shown> {
    const { text, url } = this.shown;
    const action = /<form[^>]* action="([^"]*)"/.exec(text)?.[1] ?? url;
    const hidden = [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const body = new URLSearchParams([
      ...hidden.map(([, name, value]) => [name!, value!]),
      ...Object.entries(fields),
    ]);
    return this.open(action, { method: 'POST', body });
  }

  #cookieHeader(path: string): string {
    const mine = [...this.#cookies].filter(([, cookie]) => path.startsWith(cookie.path));
    return mine.map(([name, { value }]) => `${name}=${value}`).join('; ');
  }

  #keep(setCookies: readonly string[]): void {
    for (const line of setCookies) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      const path = /; *path=([^;]*)/i.exec(line)?.[1] ?? '/';
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.#cookies.delete(name!);
      else this.#cookies.set(name!, { value: value!, path });
    }
  }
}
