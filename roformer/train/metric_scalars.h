// A line of metrics.jsonl as points of TensorBoard's curves.
#pragma once
#include <nlohmann/json.hpp>
#include <vector>

#include "roformer/report/event_file.h"

namespace roformer::train {

/// Every number of the line but its step, as "kind/name": "training/loss", "evaluation/loss";
/// those of an object within it as "kind/object/name".
std::vector<report::Scalar> metric_scalars(const nlohmann::json& line);

}  // namespace roformer::train
