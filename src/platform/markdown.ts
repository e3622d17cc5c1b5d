import markdownIt from 'markdown-it'

// HTML in the text is shown as text, and only links that lead somewhere safe become links. Pictures of other places
// would tell those places who reads, and the Content-Security-Policy lets none through: they stay text too.
const parser = markdownIt({ html: false, linkify: true, breaks: true }).disable('image')

const open = parser.renderer.rules.link_open
parser.renderer.rules.link_open = (tokens, index, options, env, self) => {
  tokens[index]?.attrSet('rel', 'nofollow noopener noreferrer')
  return open ? open(tokens, index, options, env, self) : self.renderToken(tokens, index, options)
}

/** Markdown as HTML that is safe to put into a page. */
export const markdown = (text: string): string => parser.render(text)
