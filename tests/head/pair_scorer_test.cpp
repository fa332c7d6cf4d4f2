#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

using torch::Tensor;

TEST(PairScorerHead, IsOneProductOfTheMean) {
  for (const char* family : {"roformer", "bert"}) {
    auto model = random_head("ForPairScoring", small_config(family));
    const Answer found = answer(*model, small_inputs());
    const Tensor padded = found.call.unpack(found.hidden);
    const Tensor mask = small_mask().to(torch::kFloat).unsqueeze(-1);
    const Tensor mean = (padded * mask).sum(1) / mask.sum(1);
    expect_near(found["logits"], product(*model, "pair_scorer", mean));
    EXPECT_EQ(model->reading({}).columns, Columns::tokens);
  }
}

}  // namespace
}  // namespace roformer::head
