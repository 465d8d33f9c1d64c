/** A mail that has come. */
export interface ReceivedMail {
  /** Counts from 1. */
  id: number;
  from: string;
  to: string[];
  subject: string;
  /** When it was sent, as it says itself; when it came, if it does not. */
  date: Date;
  messageId: string | null;
  text: string;
  html: string | null;
}
