export { mailEnvironment } from './environment.ts';
export { type Letter, type LetterOptions, writeLetter } from './letter.ts';
export {
  createPost,
  type LetterOrder,
  type MailTables,
  mailContext,
  type Post,
  type PostOptions,
} from './post.ts';
export { createSmtp, type Send } from './smtp.ts';
