type Readiness = () => Promise<Record<string, true | string>>;

/** Everybody may ask `/ready`, and each answer asks every subgraph: at most one round a second, shared by all who wait. */
export function atMostEverySecond(readiness: Readiness): Readiness {
  let asked = 0;
  let answer: ReturnType<Readiness> | undefined;
  return () => {
    const now = Date.now();
    if (!answer || now - asked >= 1_000) {
      asked = now;
      answer = readiness();
    }
    return answer;
  };
}
