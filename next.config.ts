import type { NextConfig } from 'next';

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  typedRoutes: true,
  // `forbidden()` in pages answers 403 with a forbidden.tsx; without it, 500.
  experimental: { authInterrupts: true },
  // Types are checked by `npm test`, once and for everything.
  typescript: { ignoreBuildErrors: true },
  // Native or socket-holding modules stay outside the bundle: one copy per process (see server/context).
  serverExternalPackages: [
    'postgres',
    'pg',
    'pg-boss',
    '@node-rs/argon2',
    'mysql2',
    'nodemailer',
    'pdfkit',
    'pino',
    'prom-client',
  ],
};

export default config;
