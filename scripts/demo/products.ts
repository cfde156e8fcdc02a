import type { Queryable } from '#db/client.ts';
import type { ProductKind } from '#db/schema/orders.ts';

interface DemoProduct {
  sku: string;
  name: string;
  description: string;
  kind: ProductKind;
  /** Minor units, tax included. */
  price: number;
  tax: 'none' | 'reduced' | 'standard';
  /** null: never runs out. */
  stock: number | null;
  maxPerOrder?: number;
}

/** What an institute sells. Things to send are books and merchandise; the rest is granted. */
const products: readonly DemoProduct[] = [
  {
    sku: 'BOOK-CODE',
    name: 'The Code of Practice, 12th edition',
    description: 'The rules of the profession with a commentary, thumb-indexed, for the desk.',
    kind: 'book',
    price: 4_900,
    tax: 'reduced',
    stock: 420,
  },
  {
    sku: 'BOOK-ETHICS',
    name: 'Ethics on Site',
    description: 'Forty cases from practice, each with the question that should have been asked.',
    kind: 'book',
    price: 3_450,
    tax: 'reduced',
    stock: 160,
  },
  {
    sku: 'BOOK-CONTRACTS',
    name: 'Contracts That Hold',
    description: 'Model clauses for small practices, and what courts have made of them.',
    kind: 'book',
    price: 5_900,
    tax: 'reduced',
    stock: 85,
  },
  {
    sku: 'BOOK-LOADS',
    name: 'Tables of Loads and Materials',
    description: 'The pocket book, revised this year. Waterproof paper.',
    kind: 'book',
    price: 2_600,
    tax: 'reduced',
    stock: 3,
  },
  {
    sku: 'BOOK-HISTORY',
    name: 'A Hundred Years of the Institute',
    description: 'Photographs and letters from the archive. Linen, numbered, not to be reprinted.',
    kind: 'book',
    price: 7_800,
    tax: 'reduced',
    stock: 0,
    maxPerOrder: 2,
  },
  {
    sku: 'COURSE-SAFETY',
    name: 'Safety Coordination, online',
    description: 'Twelve lessons with an examination; counts 16 hours of continuing education.',
    kind: 'course',
    price: 24_900,
    tax: 'standard',
    stock: null,
    maxPerOrder: 1,
  },
  {
    sku: 'COURSE-COSTS',
    name: 'Estimating Costs, online',
    description: 'From the first sketch to the tender. Six evenings, recorded.',
    kind: 'course',
    price: 17_900,
    tax: 'standard',
    stock: null,
    maxPerOrder: 1,
  },
  {
    sku: 'COURSE-MENTOR',
    name: 'Becoming a Mentor',
    description: 'A day with exercises for those who accompany younger colleagues.',
    kind: 'course',
    price: 9_500,
    tax: 'standard',
    stock: 18,
    maxPerOrder: 1,
  },
  {
    sku: 'COURSE-DATA',
    name: 'Data Protection in a Small Office',
    description: 'What one has to do, in two hours. Free for members.',
    kind: 'course',
    price: 0,
    tax: 'standard',
    stock: null,
    maxPerOrder: 1,
  },
  {
    sku: 'EVENT-CONGRESS',
    name: 'Annual Congress, two days',
    description: 'Forty lectures, the exhibition and the members’ dinner.',
    kind: 'event',
    price: 38_000,
    tax: 'standard',
    stock: 240,
    maxPerOrder: 4,
  },
  {
    sku: 'EVENT-BRIDGE',
    name: 'Excursion: the new river bridge',
    description: 'On foot with the people who build it. Helmets are there, boots are not.',
    kind: 'event',
    price: 2_500,
    tax: 'standard',
    stock: 4,
    maxPerOrder: 2,
  },
  {
    sku: 'EVENT-EVENING',
    name: 'Chapter evening: repairing concrete',
    description: 'A lecture, questions, and a glass afterwards.',
    kind: 'event',
    price: 1_200,
    tax: 'standard',
    stock: 60,
    maxPerOrder: 4,
  },
  {
    sku: 'THING-PIN',
    name: 'Member’s pin, silver',
    description: 'The institute’s mark for the lapel.',
    kind: 'merchandise',
    price: 3_200,
    tax: 'standard',
    stock: 75,
  },
  {
    sku: 'THING-SCALE',
    name: 'Scale ruler, aluminium',
    description: 'Six scales, 30 cm, with the institute’s mark.',
    kind: 'merchandise',
    price: 1_850,
    tax: 'standard',
    stock: 310,
  },
];

const sent = new Set<ProductKind>(['book', 'merchandise']);

/** Ids are fixed, so that running it twice changes nothing; what was sold meanwhile stays sold. */
const idOf = (place: number) => `0190a5b0-0000-7000-8000-0000000001${String(place).padStart(2, '0')}`;

/** Puts the demo's products on sale. */
export async function installProducts(sql: Queryable): Promise<void> {
  const rows = products.map((product, place) => ({
    id: idOf(place),
    sku: product.sku,
    name: product.name,
    description: product.description,
    kind: product.kind,
    price_amount: product.price,
    price_currency: 'EUR',
    tax_code: product.tax,
    digital: !sent.has(product.kind),
    max_per_order: product.maxPerOrder ?? 20,
    sort: (place + 1) * 10,
  }));
  await sql`insert into products ${sql(rows)} on conflict (id) do nothing`;
  const levels = products.flatMap(({ stock }, place) =>
    stock === null ? [] : [{ product_id: idOf(place), on_hand: stock }],
  );
  await sql`insert into stock_levels ${sql(levels)} on conflict (product_id) do nothing`;
}
