import { Histogram, type HistogramConfiguration, type LabelValues } from 'prom-client';

/** Observing one by one, between other work, costs several times what observing some hundred in a row does. */
const observedAtOnce = 256;

/**
 * A histogram for what is observed with every request.
 *
 * @returns observes a value; scrapes know it at once
 */
export function createHistogram<Label extends string>(
  configuration: Omit<HistogramConfiguration<Label>, 'collect'>,
): (value: number, labels?: LabelValues<Label>) => void {
  const values: number[] = [];
  const labelsOfValues: LabelValues<Label>[] = [];
  const noLabels: LabelValues<Label> = {};
  const observe = () => {
    for (let index = 0; index < values.length; index++)
      histogram.observe(labelsOfValues[index]!, values[index]!);
    values.length = 0;
    labelsOfValues.length = 0;
  };
  const histogram = new Histogram<Label>({ ...configuration, collect: observe });
  return (value, labels = noLabels) => {
    values.push(value);
    labelsOfValues.push(labels);
    if (values.length === observedAtOnce) observe();
  };
}
