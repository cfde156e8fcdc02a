import { Card } from '../../components/page/card.tsx';
import { Main } from '../../components/page/main.tsx';
import { Skeleton } from '../../components/page/skeleton.tsx';
import { FormSkeleton } from '../../components/page/skeletons.tsx';

export default function MemberLoading() {
  return (
    <Main>
      <Skeleton height={33} width={220} mb={40} />
      <Card id="loading">
        <FormSkeleton fields={4} />
      </Card>
    </Main>
  );
}
