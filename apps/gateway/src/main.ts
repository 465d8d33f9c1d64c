import { runService } from '@kronos/service';
import { serveGateway } from './serve-gateway.ts';

await runService(() => serveGateway(process.argv.slice(2), process.env));
