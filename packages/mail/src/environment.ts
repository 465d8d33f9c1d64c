import { z } from 'zod';

const smtpUrl = 'expected a URL such as smtp://user:password@mail.example.com:587';

/** What a process that sends mail reads. */
export const mailEnvironment = {
  /** The server that takes mail; without it mail waits in the database. */
  SMTP_URL: z
    .string()
    .refine((text) => URL.canParse(text) && /^smtps?:$/.test(new URL(text).protocol), smtpUrl)
    .optional(),
  /** Whom mail comes from. */
  MAIL_FROM: z
    .string()
    .regex(
      /^[^<>\r\n]*<[^<>\s@]+@[^<>\s@]+>$|^[^<>\s@]+@[^<>\s@]+$/,
      'expected an address, such as Kronos <no-reply@example.com>',
    )
    .default('Kronos <no-reply@kronos.example>'),
} satisfies z.ZodRawShape;
