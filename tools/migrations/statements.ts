// Cuts SQL into its statements, far enough for the text around them to be told from what is in quotes, in a body of a
// function or in a comment. What a statement is, the linter of SQL knows better (check.ts).

export interface Statement {
  /** Lines of the file from 0, both included; the comments above it do not count. */
  first: number
  last: number
  /** Without comments, and with nothing in its quotes, on one line in lower case */
  bare: string
  /** The comment lines right above it, as one text */
  above: string
}

const PIECES =
  /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$)[\s\S]*?\1|;|\s+|[^-/'"$;\s]+|[\s\S]/g

/** The statements of a file, in order. */
export function statementsOf(sql: string): Statement[] {
  const statements: Statement[] = []
  let line = 0
  let current: { first: number; bare: string } | undefined
  let comments: string[] = []
  let above = ''
  for (const [piece, dollar] of sql.matchAll(PIECES)) {
    const isComment = piece.startsWith('--') || piece.startsWith('/*')
    if (isComment && !current) comments.push(piece.replace(/^--\s?/, ''))
    else if (!current && /\n\s*\n/.test(piece)) comments = []
    else if (!isComment && piece.trim() !== '') {
      if (!current) {
        current = { first: line, bare: '' }
        above = comments.join(' ')
        comments = []
      }
      if (piece !== ';') current.bare += piece.startsWith("'") || dollar ? "''" : piece
      else {
        statements.push({ first: current.first, last: line, bare: onOneLine(current.bare), above })
        current = undefined
      }
    } else if (current) current.bare += ' '
    line += piece.split('\n').length - 1
  }
  // The last one needs no semicolon.
  if (current) statements.push({ first: current.first, last: line, bare: onOneLine(current.bare), above })
  return statements
}

const onOneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim().toLowerCase()
