/**
 * The data of the four subgraphs. A neighbourhood is a few people who review the same few things, so that a deep query
 * meets the same entities again and again; different neighbourhoods have nothing in common.
 */
export interface Account {
  __typename: 'User';
  id: string;
  name: string;
  username: string;
}

export interface Product {
  __typename: 'Product';
  upc: string;
  name: string;
  price: number;
  weight: number;
}

export interface Review {
  id: string;
  body: string;
  /** Number of the author among the accounts. */
  author: number;
  /** Number of the product among the products. */
  product: number;
}

const neighbourhoods = 50;
const usersEach = 6;
const productsEach = 9;
const reviewsEach = 27;

const words = 'sturdy light loud quiet round heavy plain bright handy small warm cold sharp soft'.split(' ');
const things = 'Table Couch Chair Lamp Shelf Kettle Clock Carpet Mirror'.split(' ');
const names = [
  'Uri Goldshtein',
  'Ada Lovelace',
  'Grace Hopper',
  'Alan Turing',
  'Edsger Dijkstra',
  'Barbara Liskov',
];

export const accounts: readonly Account[] = Array.from(
  { length: neighbourhoods * usersEach },
  (_, number) => {
    const name = names[number % names.length]!;
    const username = `${name.split(' ')[0]!.toLowerCase()}${number}`;
    return { __typename: 'User', id: `u${number}`, name, username };
  },
);

export const products: readonly Product[] = Array.from(
  { length: neighbourhoods * productsEach },
  (_, number) => ({
    __typename: 'Product',
    upc: `p${number}`,
    name: `${word(number)} ${things[number % things.length]}`,
    price: 10 + ((number * 367) % 1990),
    weight: 1 + ((number * 53) % 400),
  }),
);

export const reviews: readonly Review[] = Array.from(
  { length: neighbourhoods * reviewsEach },
  (_, number) => {
    const neighbourhood = Math.floor(number / reviewsEach);
    const product = number % productsEach;
    return {
      id: `r${number}`,
      body: `${word(number)}, ${word(number * 5 + 1)}, and rather ${word(number * 3 + 2)}`,
      author: neighbourhood * usersEach + ((number + Math.floor(number / productsEach)) % usersEach),
      product: neighbourhood * productsEach + product,
    };
  },
);

/** Whether a product is there, by number. */
export const isInStock = (number: number): boolean => number % 3 !== 0;

function word(number: number): string {
  return words[number % words.length]!;
}
