import type { Queryable } from '#db/client.ts';
import type { ProductKind } from '#db/schema/orders.ts';
import type { Ctx } from '#server/context/context.ts';
import { notFound } from '#server/errors/errors.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import type { ProductsQuery, ProductView } from '../shapes.ts';

/** A product as the database holds it. The price is in minor units and includes the tax. */
export interface Product {
  id: string;
  sku: string;
  name: string;
  description: string;
  kind: ProductKind;
  priceAmount: number;
  priceCurrency: string;
  taxCode: string;
  taxName: string;
  taxRateBp: number;
  digital: boolean;
  maxPerOrder: number;
  sort: number;
  retired: boolean;
  /** What can still be sold; null for what never runs out. */
  available: number | null;
}

const productColumns = (sql: Queryable) => sql`
  p.id, p.sku, p.name, p.description, p.kind, p.price_amount as "priceAmount", p.price_currency as "priceCurrency",
  p.tax_code as "taxCode", r.name as "taxName", r.rate_bp as "taxRateBp", p.digital, p.max_per_order as "maxPerOrder", p.sort,
  p.retired_at is not null as retired, s.on_hand - s.held - s.reserved as available`;

const joined = (sql: Queryable) => sql`
  products p join tax_rates r on r.code = p.tax_code left join stock_levels s on s.product_id = p.id`;

/** What is sold, in the order it is shown. Not cached: what is left changes with every order. */
export async function listProducts(
  ctx: Ctx,
  query: ProductsQuery,
): Promise<{ data: ProductView[]; nextCursor: string | null }> {
  const { sql } = ctx;
  const [sort, after] = query.cursor ? decodeCursor(query.cursor, ['whole', 'uuid']) : [];
  const rows = await sql<Product[]>`
    select ${productColumns(sql)} from ${joined(sql)}
    where p.retired_at is null
      ${query.kind ? sql`and p.kind = ${query.kind}` : sql``}
      ${sort !== undefined && after ? sql`and (p.sort, p.id) > (${sort}::bigint, ${after})` : sql``}
    order by p.sort, p.id limit ${query.limit + 1}`;
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    data: page.map(productViewOf),
    nextCursor: rows.length > query.limit && last ? encodeCursor([last.sort, last.id]) : null,
  };
}

/** @throws AppError `not_found`, also for what is not sold any more */
export async function getProduct(ctx: Ctx, id: string): Promise<ProductView> {
  const [product] = await findProducts(ctx, [id]);
  if (!product || product.retired) throw notFound();
  return productViewOf(product);
}

/** Those that there are, retired ones too. */
export async function findProducts(ctx: Ctx, ids: readonly string[]): Promise<Product[]> {
  const { sql } = ctx;
  return sql<Product[]>`
    select ${productColumns(sql)} from ${joined(sql)} where p.id = any(${[...ids]}::uuid[])`;
}

const productViewOf = (product: Product): ProductView => ({
  id: product.id,
  sku: product.sku,
  name: product.name,
  description: product.description,
  kind: product.kind,
  price: { amount: product.priceAmount, currency: product.priceCurrency },
  taxName: product.taxName,
  taxRateBp: product.taxRateBp,
  digital: product.digital,
  maxPerOrder: product.maxPerOrder,
  stock: product.available === null ? null : { available: product.available },
});
