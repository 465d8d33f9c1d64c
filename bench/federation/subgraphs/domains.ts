import { accounts, isInStock, products, reviews } from './catalogue.ts';

type Entity = Record<string, unknown>;

/** What a subgraph answers with: objects that have all their fields as plain properties, the same object each time. */
export interface Domain {
  /** Root fields of Query. */
  roots: Record<string, (values: never) => unknown>;
  /** The entity that a representation names, by type. */
  entities: Record<string, (representation: Entity) => Entity | null>;
}

const accountById = new Map(accounts.map((account) => [account.id, { ...account }]));
const productByUpc = new Map(products.map((product) => [product.upc, { ...product }]));
const numberByUpc = new Map(products.map((product, number) => [product.upc, number]));

const estimates = new Map<string, Entity>();

/** Free above a price; else by weight. Only what `@requires` brought is known of a product here. */
function findStock({ upc, price, weight }: Entity): Entity | null {
  const number = numberByUpc.get(String(upc));
  if (number === undefined) return null;
  const key = `${upc} ${price} ${weight}`;
  let known = estimates.get(key);
  if (!known) {
    const isKnown = typeof price === 'number' && typeof weight === 'number';
    const shippingEstimate = !isKnown ? null : price > 1000 ? 0 : Math.round(weight / 2);
    known = { __typename: 'Product', upc, price, weight, inStock: isInStock(number), shippingEstimate };
    estimates.set(key, known);
  }
  return known;
}

const reviewers = accounts.map(({ id }) => ({ __typename: 'User', id, reviews: [] as Entity[] }));
const reviewed = products.map(({ upc }) => ({ __typename: 'Product', upc, reviews: [] as Entity[] }));
const reviewById = new Map<string, Entity>();
for (const { id, body, author, product } of reviews) {
  const review = { __typename: 'Review', id, body, author: reviewers[author]!, product: reviewed[product]! };
  reviewers[author]!.reviews.push(review);
  reviewed[product]!.reviews.push(review);
  reviewById.set(id, review);
}
const reviewerById = new Map(reviewers.map((user) => [user.id, user]));
const reviewedByUpc = new Map(reviewed.map((product) => [product.upc, product]));

export const domains: Record<string, Domain> = {
  accounts: {
    roots: { users: ({ first }: { first: number }) => [...accountById.values()].slice(0, first) },
    entities: { User: ({ id }) => accountById.get(String(id)) ?? null },
  },
  inventory: { roots: {}, entities: { Product: findStock } },
  products: {
    roots: {
      topProducts: ({ first }: { first: number }) => [...productByUpc.values()].slice(0, first),
      products: ({ upcs }: { upcs: string[] }) => upcs.map((upc) => productByUpc.get(upc)).filter(Boolean),
    },
    entities: { Product: ({ upc }) => productByUpc.get(String(upc)) ?? null },
  },
  reviews: {
    roots: {},
    entities: {
      Review: ({ id }) => reviewById.get(String(id)) ?? null,
      User: ({ id }) => reviewerById.get(String(id)) ?? null,
      Product: ({ upc }) => reviewedByUpc.get(String(upc)) ?? null,
    },
  },
};
