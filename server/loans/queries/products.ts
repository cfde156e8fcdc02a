import type { Ctx } from '#server/context/context.ts';
import { notFound, ruleViolated } from '#server/errors/errors.ts';
import { activeProducts, findProduct } from '../record.ts';
import { annuity } from '../rules/annuity.ts';
import { questionsOf } from '../rules/answers.ts';
import type { ProductView, QuotesView } from '../shapes.ts';

export async function listProducts(ctx: Ctx): Promise<{ data: ProductView[]; nextCursor: null }> {
  const products = await activeProducts(ctx.sql);
  const data = products.map(({ graceDays: _grace, active: _active, ...product }) => ({
    ...product,
    questions: questionsOf(product),
  }));
  return { data, nextCursor: null };
}

/** What an amount would cost, for each term. @throws AppError `not_found`, `rule_violated` for an amount that is not lent */
export async function quotesFor(ctx: Ctx, productId: string, amount: number): Promise<QuotesView> {
  const product = await findProduct(ctx.sql, productId);
  if (!product?.active) throw notFound();
  const { currency, rateBp, minAmount, maxAmount } = product;
  if (amount < minAmount || amount > maxAmount) {
    throw ruleViolated('This amount is not lent.', [
      { path: 'query.amount', message: `must be from ${minAmount} to ${maxAmount}` },
    ]);
  }
  const quotes = product.terms.map((termMonths) => {
    const parts = annuity(amount, rateBp, termMonths);
    const totals = parts.map(({ principal, interest }) => principal + interest);
    const totalInterest = parts.reduce((sum, { interest }) => sum + interest, 0);
    return {
      termMonths,
      monthly: totals[0] ?? 0,
      last: totals.at(-1) ?? 0,
      totalInterest,
      total: amount + totalInterest,
    };
  });
  return { amount, currency, rateBp, quotes };
}
