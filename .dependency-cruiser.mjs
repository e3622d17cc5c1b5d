// Who may import whom. Imports run one way: main → app, worker → features → ui → platform → texts, errors, config. Below,
// a folder is named by the storeys that it must not know; what is not forbidden is allowed.

const TESTS = '\\.test\\.tsx?$'
const FEATURES = '^src/(?!platform/|ui/|texts/)[^/]+/'

/** What a folder or file must not import. Tests may: they put all of it together. */
const never = (name, from, to, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: TESTS },
  to,
})

export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Two modules that import each other are one. Split off what both need.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'found',
      comment: 'What is imported is there.',
      severity: 'error',
      from: {},
      // The client is a package of its own, built only where it is used.
      to: { couldNotResolve: true, pathNot: '^@xtablo/client$' },
    },
    never(
      'texts-errors-config-are-the-ground',
      '^src/(texts/|errors\\.ts$|config(-providers)?\\.ts$|variables\\.ts$)',
      { path: '^src/', pathNot: '^src/(texts/|errors\\.ts$|config(-providers)?\\.ts$|variables\\.ts$)' },
      'Everything stands on these, so they stand on nothing.',
    ),
    never(
      'platform-knows-nothing-of-the-product',
      '^src/platform/',
      {
        path: '^src/',
        pathNot: '^src/(platform/|texts/|errors\\.ts$|config(-providers)?\\.ts$|variables\\.ts$)',
      },
      'Plumbing takes what it needs as an argument.',
    ),
    never(
      'ui-knows-no-feature',
      '^src/ui/',
      {
        path: '^src/',
        pathNot: '^src/(ui/|platform/|texts/|errors\\.ts$|config(-providers)?\\.ts$|variables\\.ts$)',
      },
      'A part of the design system takes what it shows as props.',
    ),
    never(
      'activity-is-under-every-feature',
      '^src/activity/',
      { path: FEATURES, pathNot: '^src/activity/' },
      'It is told who did what by their ids.',
    ),
    never(
      'accounts-know-no-other-feature',
      '^src/accounts/',
      { path: FEATURES, pathNot: '^src/accounts/' },
      'People are there before anything they do.',
    ),
    never(
      'tablos-know-no-content',
      '^src/tablos/',
      { path: FEATURES, pathNot: '^src/(tablos|accounts|activity)/' },
      'Tasks and files know their Tablo, not the other way round.',
    ),
    never(
      'content-knows-tablos-accounts-activity',
      '^src/(?!platform/|ui/|texts/|activity/|accounts/|tablos/|admin/|demo/|backup/|doctor/|commands/)([^/]+)/',
      { path: FEATURES, pathNot: '^src/($1|tablos|accounts|activity)/' },
      'What stands in a Tablo knows nothing else that does.',
    ),
    never(
      'routes-and-views-are-private',
      '^src/(?!commands/)([^/]+)/',
      {
        path: '^src/[^/]+/([a-z-]*pages|[a-z-]*views|[a-z-]*api|jobs)\\.tsx?$',
        // The list of activities is made for the pages of others.
        pathNot: ['^src/$1/', '^src/activity/views\\.tsx$'],
      },
      'A feature uses another by its commands and by the frames it offers, never by its routes or pages.',
    ),
    never(
      'admin-is-above-all-features',
      '^src/(?!admin/|doctor/|commands/)[^/]+/',
      { path: '^src/admin/' },
      'What admins see is made of everything else, and nothing is made of it.',
    ),
    never(
      'backup-is-above-all-features',
      '^src/(?!backup/|doctor/|commands/)[^/]+/',
      { path: '^src/backup/' },
      'It takes all there is as it is, and nothing knows of it.',
    ),
    never(
      'doctor-is-asked-by-its-command',
      '^src/(?!doctor/|commands/)',
      { path: '^src/doctor/' },
      'It looks at all of the product, and nothing that serves knows it.',
    ),
    never(
      'nothing-below-the-roof-knows-it',
      '^src/(?!commands/)[^/]+/',
      { path: '^src/(main|serve|open|app|api|guards|shell|busy|worker)\\.tsx?$' },
      'What starts and joins the features is above them.',
    ),
    never(
      'commands-are-called-by-main',
      '^src/(?!main\\.ts$|commands/)',
      { path: '^src/commands/' },
      'What somebody types is the outermost thing there is.',
    ),
    never(
      'main-is-the-top',
      '^src/',
      { path: '^src/main\\.ts$' },
      'The command line is imported by nothing.',
    ),
    never(
      'app-and-worker-are-served',
      '^src/(app\\.ts|api\\.ts|guards\\.ts|shell\\.tsx|busy\\.tsx|worker\\.ts|open\\.ts)$',
      { path: '^src/(main|serve)\\.ts$' },
      'They are handed what they need.',
    ),
    never(
      'traces-are-loaded-where-wanted',
      '^src/(?!platform/tracing/otlp\\.ts$)',
      { path: '(^|/)@opentelemetry/|^src/platform/tracing/otlp\\.ts$', dynamic: false },
      'Who wants no traces does not pay for what sends them: tracing.ts is what the rest knows.',
    ),
    never(
      'product-without-tests',
      '^src/',
      { path: `^(test|tools|bench|deploy|assets)/|${TESTS}` },
      'The product runs without them.',
    ),
    {
      name: 'tests-are-imported-by-nothing',
      comment: 'What two tests share stands in test/.',
      severity: 'error',
      from: {},
      to: { path: TESTS },
    },
    never(
      'deploy-knows-the-image',
      '^deploy/',
      { path: '^(src|test|tools|bench|assets)/', pathNot: '^src/platform/root\\.ts$' },
      'The proof sees the product from outside.',
    ),
    never(
      'browser-scripts-stand-alone',
      '^assets/',
      { path: '^(src|test|tools|bench)/' },
      'They run where no server code does.',
    ),
    never(
      'client-stands-alone',
      '^client/',
      { path: '^(src|test|tools|bench|assets|examples)/' },
      'It is installed where nothing else of this repository is.',
    ),
    never(
      'client-runs-anywhere',
      '^client/',
      { dependencyTypes: ['core'] },
      'A browser has no modules of Node.',
    ),
    never(
      'examples-use-the-client',
      '^examples/',
      { path: '^(src|test|tools|bench|assets|client)/' },
      'They show what anybody can do, by the package and not by its files.',
    ),
    never(
      'product-without-client',
      '^(src|assets)/',
      { path: '^(client|examples)/' },
      'The product is what the client asks, not the other way round.',
    ),
    never(
      'what-runs-is-a-dependency',
      '^src/',
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
      'An installation for production has no development dependencies.',
    ),
  ],
  options: {
    // With TypeScript 7 its own parser sees no module at all, and then every rule holds.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // There only when it was built, and the same as its sources.
    exclude: { path: '(^|/)client/dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
