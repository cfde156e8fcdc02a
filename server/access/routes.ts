import type { AnyRoute } from '#server/gateway/route.ts';
import { actorRoutes } from './routes/actors.ts';
import { administrationRoutes } from './routes/administration.ts';
import { oauthRoutes } from './routes/oauth.ts';
import { ownRoutes } from './routes/own.ts';

export const routes: AnyRoute[] = [...ownRoutes, ...administrationRoutes, ...actorRoutes, ...oauthRoutes];
