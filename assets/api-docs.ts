// Fills the documentation of the API in. Swagger UI draws the operations and sends what is tried; its own head, search
// and dialog for tokens are replaced by two fields of the page, which speak its language and work by keyboard. Search
// keeps the operations that have every word somewhere in their method, path, id, summary, description or group.

const place = document.getElementById('api') as HTMLElement
const search = document.getElementById('api-search') as HTMLInputElement
const token = document.getElementById('api-token') as HTMLInputElement
const found = document.querySelector('.api-docs-found') as HTMLOutputElement

const ui = window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  layout: 'Docs',
  plugins: [ourParts],
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayOperationId: true,
  displayRequestDuration: true,
  syntaxHighlight: { activated: false },
  validatorUrl: null,
  onComplete: () => {
    find()
    authorize()
  },
})

search.addEventListener('input', find)
token.addEventListener('input', authorize)

function ourParts({ React }: SwaggerSystem) {
  return {
    components: {
      Docs: layoutOf(React),
      authorizeOperationBtn: () => null,
      // A link inside the button that opens an operation can't be reached by keyboard.
      DeepLink: ({ text }: { text: string }) => React.createElement('span', null, text),
    },
    wrapComponents: {
      JsonSchemaForm: (original: unknown) => (props: { description?: string }) =>
        React.createElement(
          'div',
          { ref: (box: Element | null) => nameControls(box, props.description) },
          React.createElement(original, props),
        ),
      TextArea: (original: unknown) => (props: object) =>
        React.createElement(original, { 'aria-label': 'Request body', ...props }),
    },
    fn: { opsFilter },
  }
}

/** Swagger UI writes the name of a parameter beside its controls, and ties it to none of them. */
function nameControls(box: Element | null, name = ''): void {
  for (const control of box?.querySelectorAll('input, select, textarea') ?? []) control.ariaLabel = name
}

function layoutOf({ createElement }: SwaggerSystem['React']) {
  return ({ specSelectors, getComponent }: SwaggerSystem) => {
    const status = specSelectors.loadingStatus()
    const parts = status === 'success' ? ['operations', 'Models'] : []
    if (status === 'failed') found.textContent = place.dataset.failed ?? ''
    return createElement(
      'div',
      { className: 'swagger-ui' },
      ...parts.map(name => createElement(getComponent(name, true), { key: name })),
    )
  }
}

function opsFilter(tags: SwaggerTags, typed: string): SwaggerTags {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const has = (operation: SwaggerOperation, tag: string) => {
    const said = ['operationId', 'summary', 'description'].map(name => operation.getIn(['operation', name]))
    const text = [tag, operation.get('method'), operation.get('path'), ...said].join(' ').toLowerCase()
    return words.every(word => text.includes(word))
  }
  return tags
    .map((tag, name) =>
      tag.set(
        'operations',
        tag.get('operations').filter(operation => has(operation, name)),
      ),
    )
    .filter(tag => tag.get('operations').size > 0)
}

function find(): void {
  const words = search.value.trim()
  ui.layoutActions.updateFilter('')
  const all = count()
  ui.layoutActions.updateFilter(words)
  const left = count()
  found.textContent = left === 0 ? (place.dataset.nothing ?? '') : `${left} / ${all}`
}

const count = () =>
  ui.specSelectors.taggedOperations().reduce((sum, tag) => sum + tag.get('operations').size, 0)

/** Every way to sign a request that takes a bearer token takes this one. */
function authorize(): void {
  const schemes = ui.specSelectors.specJson().getIn(['components', 'securitySchemes'])?.toJS() ?? {}
  const given = ui.authSelectors.authorized()?.size
  for (const [name, { type, scheme }] of Object.entries(schemes)) {
    if (type !== 'http' || scheme?.toLowerCase() !== 'bearer') continue
    if (token.value.trim()) ui.preauthorizeApiKey(name, token.value.trim())
    else if (given) ui.authActions.logout([name])
  }
}
