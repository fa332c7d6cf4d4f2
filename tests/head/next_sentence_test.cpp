#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

using torch::Tensor;

TEST(NextSentenceHead, ReadsThePooledFirstColumn) {
  auto model = random_head("ForNextSentencePrediction", small_config("bert"));
  const Answer found = answer_with(*model, "labels", torch::tensor({0, -100, 1}));
  // The first column of the third row is masked: it looks on.
  EXPECT_EQ(found.hidden.size(0), small_mask().sum().item<std::int64_t>() + 1);
  const Tensor first = found.call.first(found.hidden);
  ASSERT_EQ(first.sizes(), (std::vector<std::int64_t>{3, 8}));
  const Tensor pooled = torch::tanh(product(*model, "bert.pooler.dense", first));
  const Tensor expected = product(*model, "cls.seq_relationship", pooled);
  expect_near(found["logits"], expected);
  const Tensor chances = expected.log_softmax(-1);
  expect_near(found["loss"], -(chances[0][0] + chances[2][1]) / 2);
}

TEST(NextSentenceHead, LabelsAreTwoClasses) {
  auto model = random_head("ForNextSentencePrediction", small_config("bert"));
  expect_message("labels from 0 to 1 but got 2", [&] {
    answer_with(*model, "labels", torch::tensor({0, 1, 2}));
  });
}

}  // namespace
}  // namespace roformer::head
