/** Arrows run one way: app → components, app → server, jobs → server → db. A domain never reaches into another's inner files. */
const domains =
  'access|alerts|analytics|audit|cards|certifications|checkout|integrations|ledger|loans|members|memberships|notifications|orders|payments|pipelines|quality|reconciliation|streams';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'server-knows-no-screens',
      comment: 'The core is called by pages, jobs, scripts and tests alike.',
      severity: 'error',
      from: { path: '^server/', pathNot: '\\.(test|testing)\\.ts$' },
      to: { path: '^(app|components|jobs|sandbox|scripts|e2e|bench)/' },
    },
    {
      name: 'server-knows-no-next',
      severity: 'error',
      from: { path: '^server/', pathNot: '^server/web(\\.ts$|/)' },
      to: { path: '^(node_modules/next/|next$)' },
    },
    {
      name: 'screens-know-no-database',
      comment: 'No SQL, no secrets, no business rules in what people see.',
      severity: 'error',
      from: { path: '^components/' },
      to: {
        path: '^(server|db|jobs|sandbox|scripts)/',
        // The table of permissions and the list of codes are pure data, read by the server and by screens alike. Of the shapes only
        // types are taken, which a test sees to: the parser in use here does not tell them apart.
        pathNot: [
          '^server/access/permissions\\.ts$',
          '^server/payments/failure-codes\\.ts$',
          '^server/.+/shapes\\.ts$',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'pages-use-queries-not-tables',
      severity: 'error',
      from: { path: '^app/' },
      to: { path: '^(db|jobs|sandbox|scripts)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'database-knows-nobody',
      severity: 'error',
      from: { path: '^db/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(server|app|components|jobs|sandbox|scripts)/' },
    },
    {
      name: 'nobody-knows-the-sandbox',
      severity: 'error',
      from: { path: '^(server|jobs|app|components|db)/', pathNot: '\\.(test|testing)\\.tsx?$' },
      to: { path: '^sandbox/' },
    },
    {
      name: 'sandbox-knows-nobody',
      severity: 'error',
      from: { path: '^sandbox/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(server|jobs|app|components|db)/' },
    },
    {
      name: 'jobs-are-not-imported',
      severity: 'error',
      from: { path: '^(app|components|server|db)/', pathNot: '\\.(test|testing)\\.ts$' },
      to: { path: '^jobs/' },
    },
    {
      name: 'inner-files-stay-inside',
      comment:
        'A domain uses another domain’s commands, queries, events, shapes and declared ports; not its tables or records.',
      severity: 'error',
      from: { path: `^server/(${domains})/`, pathNot: '\\.(test|testing)\\.ts$' },
      to: {
        path: `^server/(${domains})/`,
        pathNot: [
          '^server/$1/',
          `^server/(${domains})/(commands|queries|events|projections|permissions|shapes|rules)(\\.ts|/)`,
          '^server/access/(allowance|mailed-tokens|passwords|authenticate|rules)\\.ts$',
          '^server/audit/address\\.ts$',
          '^server/integrations/(partners|partner-error|partner-member|breaker|retry-policy)\\.ts$',
          '^server/integrations/(legacy|crm|mail|gateway)/index\\.ts$',
        ],
      },
    },
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      from: { pathNot: '(\\.(test|testing)\\.tsx?$|^(test|e2e|bench|scripts)/)' },
      to: { path: '(\\.test\\.tsx?$|\\.testing\\.ts$|^test/)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.next/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
