// How mail leaves. What is sent is made elsewhere (ui/Mail.tsx); when it is sent, a job decides, so that a slow mail
// server slows no page and every mail is tried again. A sent mail may come twice: a server that took one and whose
// answer was lost is sent it again.

/** A mail as its reader gets it: both bodies say the same. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

export interface Mailer {
  /** `smtp` sends them, `shown` keeps them for /dev/mail, `none` has no way to deliver any. */
  readonly way: 'smtp' | 'shown' | 'none'
  /** Throws a MailError; `signal` ends the attempt. */
  send(mail: Mail, signal: AbortSignal): Promise<void>
  /** Whether the server is there and takes us. Throws a MailError. */
  check(): Promise<void>
  close(): void
}

/**
 * Why a mail was not sent: no server answers there (`away`), it takes no safe connection (`unsafe`), it does not know us
 * (`credentials`), it takes mail but not this one (`refused`), or there is none (`none`).
 */
export type MailFault = 'away' | 'unsafe' | 'credentials' | 'refused' | 'none'

/** A mail was not sent: the message is one line, and names neither the reader nor a secret. */
export class MailError extends Error {
  override name = 'MailError'
  readonly fault: MailFault

  constructor(fault: MailFault, message: string) {
    super(message)
    this.fault = fault
  }
}
