export { connectGateway, gatewayNotConnected } from './connect.ts';
export type * from './gateway.ts';
