// Stages of a run: consecutive pieces with their own sequence length and batch size (Table 4 of the
// RoFormer paper).
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace roformer::train {

struct Stage {
  std::int64_t length = 512;      // largest number of tokens in a sequence
  std::int64_t batch_size = 0;    // sequences in a micro-batch; 0: batch_tokens counts
  std::int64_t batch_tokens = 0;  // tokens in a micro-batch, at most; 0: batch_size counts
  std::int64_t accumulate = 1;    // micro-batches whose gradients make one step
  std::int64_t steps = 0;
  double learning_rate = 0;  // peak; 0: the optimizer's
};

/// Throws Error naming the key: sizes < 1, or not exactly one of batch_size and batch_tokens.
void validate(const std::vector<Stage>& stages);

/// The steps of all stages together.
std::int64_t total_steps(const std::vector<Stage>& stages);

/// Where a step of the whole run stands.
struct StagePosition {
  std::size_t stage = 0;  // its index
  std::int64_t step = 0;  // 0, 1, … within the stage
};

/// The position of step 0, 1, … of the run; past the end, behind the last stage's last step.
StagePosition stage_position(const std::vector<Stage>& stages, std::int64_t step);

}  // namespace roformer::train
