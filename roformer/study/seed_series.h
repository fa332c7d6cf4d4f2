// One model's runs over several seeds as one line of a chart.
#pragma once
#include <string>
#include <vector>

#include "roformer/report/line_chart.h"

namespace roformer::study {

/// The mean of the runs wherever all of them have a point, with a band of its 95 % interval
/// (metric::seed_mean) where there are two or more, in the colour of `model`.
report::Series mean_over_seeds(const std::string& model, const std::vector<report::Series>& runs);

/// What the bands of such lines say, for a chart's title; empty for one seed.
std::string band_title(std::int64_t seeds);

}  // namespace roformer::study
