export const dynamic = 'force-dynamic';

/** The least that a route handler can do. */
export const GET = () => Response.json({ id: '019a0000-0000-7000-8000-000000000000', status: 'active' });
