/** The encodings that a browser takes, as `Accept-Encoding` names them: those with a q of zero are refused. */
export function acceptedEncodings(header = ''): string[] {
  return header
    .split(',')
    .map(part => part.trim().split(/\s*;\s*q=/))
    .filter(([, q]) => q === undefined || Number(q) > 0)
    .map(([name = '']) => name)
}
