// The curves of Figure 2 as charts and tables.
#pragma once
#include <cstdint>
#include <string>

#include "roformer/report/line_chart.h"
#include "roformer/report/table.h"
#include "roformer/rope/scaling.h"

namespace roformer::study {

/// The mean of |S_i| (Eq. 37) at the distances 0 … `most`.
report::Series bound_series(const std::string& name, const rope::Frequencies& frequencies,
                            std::int64_t most);

/// The expected score of a random vector with itself at the distances 0 … `most`; 1 at 0.
report::Series expected_series(const std::string& name, const rope::Frequencies& frequencies,
                               std::int64_t most);

/// A row for a few of the distances 0 … `most`, a column for each series.
report::Table sampled_table(const report::LineChart& chart, std::int64_t most);

}  // namespace roformer::study
