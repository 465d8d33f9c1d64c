const dayMs = 86_400_000;

/** Signs somebody up and gives the `authorization` of their requests. */
export async function signUp(url: string): Promise<string> {
  const { userSignUp } = await send(
    url,
    undefined,
    'mutation SignUp($input: UserSignUpInput!) { userSignUp(input: $input) { tokens { accessToken } } }',
    { email: 'ada@example.com', password: 'correct horse battery staple', displayName: 'Ada' },
  );
  return `Bearer ${userSignUp.tokens.accessToken}`;
}

/** Creates and publishes an event; resolves when that is committed and answered. */
export async function createEvent(url: string, authorization: string, title: string): Promise<void> {
  const input = { title, startsAt: new Date(Date.now() + 30 * dayMs).toISOString() };
  const document =
    'mutation Create($input: EventCreateInput!) { eventCreate(input: $input) { event { id } userErrors { message } } }';
  const { eventCreate } = await send(url, authorization, document, input);
  if (!eventCreate.event) throw new Error(`no event was created: ${JSON.stringify(eventCreate)}`);
}

async function send(url: string, authorization: string | undefined, query: string, input: unknown) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}
