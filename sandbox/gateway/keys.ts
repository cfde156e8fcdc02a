/** What the gateway accepts. */
export type GatewayKeys = { secretKey: string; publishableKey: string };
