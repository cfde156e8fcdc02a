import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { inject, it } from 'vitest';
import { cloneDatabase, dropDatabase } from '#test/cluster.ts';
import { type ContractDatabase, legacyContract } from './legacy-contract.testing.ts';
import { mariadbInstalled, startMariadb } from './mariadb.testing.ts';

legacyContract('Postgres', startPostgres);

if (mariadbInstalled()) {
  legacyContract('MariaDB', startMariadbDatabase);
} else {
  // Where nothing may be left out, `npm test` counts the missing package as a failure.
  it.skip('legacy system on MariaDB (skipped: needs mariadb-server)', () => {});
}

async function startPostgres(): Promise<ContractDatabase> {
  const name = `legacy_${process.pid}_${randomBytes(4).toString('hex')}`;
  const url = await cloneDatabase(inject('clusterUrl'), 'template1', name);
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  const sql = async (statement: string) => void (await client.unsafe(statement));
  return {
    url,
    addCapitalisingTrigger: () =>
      sql(`CREATE FUNCTION capitalise() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN NEW.surname := upper(NEW.surname); RETURN NEW; END $$;
        CREATE TRIGGER capitalise BEFORE INSERT ON members FOR EACH ROW EXECUTE FUNCTION capitalise()`),
    dropTrigger: () => sql('DROP TRIGGER capitalise ON members; DROP FUNCTION capitalise'),
    stop: async () => {
      await client.end();
      await dropDatabase(inject('clusterUrl'), name);
    },
  };
}

async function startMariadbDatabase(): Promise<ContractDatabase> {
  const mariadb = await startMariadb();
  return {
    url: mariadb.url,
    addCapitalisingTrigger: () =>
      mariadb.admin(
        'CREATE TRIGGER legacy.capitalise BEFORE INSERT ON legacy.MEMBERS FOR EACH ROW SET NEW.surname = UPPER(NEW.surname)',
      ),
    dropTrigger: () => mariadb.admin('DROP TRIGGER legacy.capitalise'),
    stop: mariadb.stop,
  };
}
