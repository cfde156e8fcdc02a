import { handleAuth } from '#server/access/auth-handler.ts';
import { clientAddress } from '#server/access/client-address.ts';
import { currentApp } from '#server/context/app.ts';

export const dynamic = 'force-dynamic';

const handler = (request: Request) => handleAuth(currentApp(), request, { address: clientAddress() });

export { handler as GET, handler as POST };
