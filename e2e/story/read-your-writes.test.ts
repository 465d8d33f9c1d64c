import { expect, test } from 'vitest';
import { client, signUp } from '../kit/client.ts';
import { createEvent } from '../kit/graph.ts';

test('once userSignUp has answered, every subgraph resolves that user: no name is ever null', async () => {
  const document = `mutation SignUp($input: UserSignUpInput!) {
    userSignUp(input: $input) {
      user { id displayName email organizedEvents(first: 1) { totalCount } unreadNotificationCount sessions(first: 1) { totalCount } }
      userErrors { code }
    }
  }`;
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      client().query(document, {
        input: {
          email: `reader-${index}-${Date.now()}@example.com`,
          password: 'a long enough phrase',
          displayName: `Reader ${index}`,
        },
      }),
    ),
  );
  for (const [index, answer] of answers.entries()) {
    expect(answer.errors).toBeUndefined();
    expect(answer.data.userSignUp.user.displayName).toBe(`Reader ${index}`);
    expect(answer.data.userSignUp.user.organizedEvents).toEqual({ totalCount: 0 });
  }
});

test('an event is listed as soon as it has been created', async () => {
  const ada = await signUp('Ada');
  for (let round = 0; round < 10; round++) {
    const { id } = await createEvent(ada);
    const { event } = await client().data(
      'query($id: ID!) { event(id: $id) { organizer { displayName } } }',
      { id },
    );
    expect(event.organizer.displayName).toBe('Ada');
  }
});
