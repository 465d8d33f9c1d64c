import { products } from './subgraphs/catalogue.ts';

export interface Workload {
  name: 'A' | 'B';
  title: string;
  /** The body of a request; `random` gives numbers from 0 up to 1. */
  body(random: () => number): string;
}

const fragments = `
fragment User on User { id name username }
fragment Review on Review { id body }
fragment Product on Product { upc name price weight inStock shippingEstimate }`;

const deep = `${fragments}
query Deep {
  users {
    ...User
    reviews {
      ...Review
      product {
        ...Product
        reviews {
          ...Review
          author { ...User reviews { ...Review product { ...Product } } }
        }
      }
    }
  }
  topProducts {
    ...Product
    reviews {
      ...Review
      author { ...User reviews { ...Review product { ...Product } } }
    }
  }
}`;

const chosen = `${fragments}
query Chosen($upcs: [ID!]!) {
  products(upcs: $upcs) {
    ...Product
    reviews {
      ...Review
      author { ...User reviews { ...Review product { upc name price shippingEstimate } } }
    }
  }
}`;

const chosenCount = 13;
const deepBody = JSON.stringify({ query: deep, operationName: 'Deep' });
const chosenHead = JSON.stringify({ query: chosen, operationName: 'Chosen' }).slice(0, -1);

/** Some of the products, none of them twice. */
function chooseUpcs(random: () => number): string[] {
  const upcs = new Set<string>();
  while (upcs.size < chosenCount) upcs.add(products[Math.floor(random() * products.length)]!.upc);
  return [...upcs];
}

export const workloads: readonly Workload[] = [
  { name: 'A', title: 'one large query, always the same', body: () => deepBody },
  {
    name: 'B',
    title: 'random variables, nothing to share',
    body: (random) => `${chosenHead},"variables":{"upcs":${JSON.stringify(chooseUpcs(random))}}}`,
  },
];

/** A sequence of numbers that is the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
