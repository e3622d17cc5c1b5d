import pg from 'pg'

/** Whether the error is Postgres refusing a row by this one constraint. */
export function violates(error: unknown, constraint: string): boolean {
  return error instanceof pg.DatabaseError && error.constraint === constraint
}
