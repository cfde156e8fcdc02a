import type postgres from 'postgres';

type AnySql = postgres.Sql<{ bigint: number }>;
type AnyTransaction = postgres.TransactionSql<{ bigint: number }>;
type Work = (tx: AnyTransaction) => unknown;

/**
 * Makes transactions survive the loss of their connection. The driver rejects the transaction, but goes on to use the
 * connection for what the transaction's function still asks for, and for its ROLLBACK: while the connection is closed that
 * ends the process with an uncaught error, and once it is open again for somebody else, the statement runs in *their*
 * transaction. Here a transaction whose connection was lost asks for nothing any more.
 */
export function guardTransactions(sql: AnySql): AnySql {
  const begin = sql.begin.bind(sql) as (options: string, work: Work) => Promise<unknown>;
  const guarded = (first: string | Work, second?: Work): Promise<unknown> => {
    const [options, work] = typeof first === 'string' ? [first, second as Work] : ['', first];
    const state = { lost: false };
    const result = begin(options, (tx) => settle(state, work, tx));
    // Rejected by the driver as soon as the connection closes, whatever the function is doing.
    result.catch(() => {
      state.lost = true;
    });
    return result;
  };
  return Object.assign(sql, { begin: guarded });
}

interface State {
  lost: boolean;
}

/** Runs the function. When its connection is lost the outcome never comes, for the driver would act on it. */
async function settle(state: State, work: Work, tx: AnyTransaction): Promise<unknown> {
  try {
    const result = await work(guardHandle(state, tx));
    return state.lost ? await never : result;
  } catch (error) {
    if (state.lost || isLost(error)) return await never;
    throw error;
  }
}

const never = new Promise<never>(() => {});

const isLost = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && typeof error.code === 'string' && error.code.startsWith('CONNECTION_')) || isLost(error.cause));

function guardHandle(state: State, tx: AnyTransaction): AnyTransaction {
  const savepoint = (first: string | Work, second?: Work) =>
    typeof first === 'string'
      ? tx.savepoint(first, (inner) => settle(state, second as Work, inner))
      : tx.savepoint((inner) => settle(state, first, inner));
  return new Proxy(tx, {
    apply: (target, self, args) => (state.lost ? never : Reflect.apply(target, self, args)),
    get(target, property) {
      if (property === 'savepoint') return savepoint;
      const value: unknown = Reflect.get(target, property);
      if (property === 'unsafe' && state.lost) return () => never;
      return value;
    },
  });
}
