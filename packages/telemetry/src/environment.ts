import { z } from 'zod';

const url = () => {
  const expected = 'expected a URL such as http://localhost:4318';
  return z.url({ protocol: /^https?$/, error: expected });
};
const ratio = 'expected a number from 0 to 1';
const milliseconds = 'expected a whole number of milliseconds above 0';

/**
 * The variables of OpenTelemetry that decide something here, and ours. The exporter reads the others that it knows by itself,
 * e.g. `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` hold as well.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export const telemetryEnvironment = {
  /** Whether traces are sent; when it is not set, they are if there is an endpoint. */
  KRONOS_TRACES: z.stringbool('expected true or false').optional(),
  OTEL_SDK_DISABLED: z.stringbool('expected true or false').default(false),
  /** Where traces are sent, without the path. */
  OTEL_EXPORTER_OTLP_ENDPOINT: url().optional(),
  /** The same with the path; it counts more. */
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url().optional(),
  OTEL_TRACES_SAMPLER: z
    .enum(
      [
        'always_on',
        'always_off',
        'traceidratio',
        'parentbased_always_on',
        'parentbased_always_off',
        'parentbased_traceidratio',
      ],
      'expected always_on, always_off or traceidratio, or one of them with parentbased_ before it',
    )
    .default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number(ratio).min(0, ratio).max(1, ratio).default(1),
  /** The longest that a span waits before it is sent, in milliseconds. */
  OTEL_BSP_SCHEDULE_DELAY: z.coerce
    .number(milliseconds)
    .int(milliseconds)
    .positive(milliseconds)
    .default(5_000),
} satisfies z.ZodRawShape;

/** The parsed variables. */
export type TelemetrySettings = z.infer<z.ZodObject<typeof telemetryEnvironment>>;

/** Whether these variables ask for traces. */
export function isTraced(settings: TelemetrySettings): boolean {
  if (settings.OTEL_SDK_DISABLED) return false;
  const endpoint = settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? settings.OTEL_EXPORTER_OTLP_ENDPOINT;
  return settings.KRONOS_TRACES ?? endpoint !== undefined;
}

/** Where OTLP over HTTP takes traces. @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp */
export function tracesEndpoint(settings: TelemetrySettings): string {
  if (settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  const base = settings.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318';
  return `${base.replace(/\/$/, '')}/v1/traces`;
}
