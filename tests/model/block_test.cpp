// A block against its formula, written out for each head.
#include "roformer/model/block.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>

#include "roformer/model/encoder.h"
#include "tests/base/test_files.h"

namespace roformer::model {
namespace {

using torch::Tensor;

constexpr std::int64_t block_tokens = 5, block_heads = 2, block_head_size = 4;

EncoderConfig block_config() {
  EncoderConfig config;
  config.hidden_size = config.embedding_size = block_heads * block_head_size;
  config.num_attention_heads = block_heads;
  config.num_hidden_layers = 1;
  config.intermediate_size = 12;
  config.layer_norm_eps = 1e-5;
  config.encoding.name = "none";
  return config;
}

// A block with random weights, and what it takes beside the tokens of one sequence that all see.
class BlockTest : public testing::Test {
 protected:
  explicit BlockTest(bool cross = false) {
    torch::manual_seed(3);
    EncoderConfig config = block_config();
    config.add_cross_attention = cross;
    block_ = Block(config);
    for (Tensor& parameter : block_->parameters()) parameter.normal_(0, 0.5);
    encoding_ = position::make_encoding(encoding_options(config));
    context_.encoding = encoding_.get();
    context_.positions = encoding_->prepare(torch::arange(block_tokens), torch::kFloat32);
    context_.spans = {{0, block_tokens, 0, block_tokens, block_tokens, 0}};
    x_ = torch::randn({block_tokens, config.hidden_size});
  }

  Tensor product(const std::string& name, const Tensor& y) const {
    const auto parameters = block_->named_parameters();
    return torch::matmul(y, parameters[name + ".weight"].t()) + parameters[name + ".bias"];
  }
  // Norm(residual + product).
  Tensor output(const std::string& name, const Tensor& y, const Tensor& residual) const {
    const auto parameters = block_->named_parameters();
    return torch::layer_norm(residual + product(name + ".dense", y), {x_.size(1)},
                             parameters[name + ".LayerNorm.weight"],
                             parameters[name + ".LayerNorm.bias"], 1e-5);
  }
  // q (T, hidden), k and v (M, hidden) → (T, hidden), head by head.
  static Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v) {
    std::vector<Tensor> heads;
    for (std::int64_t h = 0; h < block_heads; ++h) {
      const auto part = [&](const Tensor& y) {
        return y.slice(1, h * block_head_size, (h + 1) * block_head_size);
      };
      const Tensor scores = torch::matmul(part(q), part(k).t()) / std::sqrt(block_head_size);
      heads.push_back(torch::matmul(torch::softmax(scores, -1), part(v)));
    }
    return torch::cat(heads, 1);
  }
  Tensor attended() const {
    const auto qkv = product("attention.self.qkv", x_).chunk(3, 1);
    return output("attention.output", attend(qkv[0], qkv[1], qkv[2]), x_);
  }
  Tensor fed_forward(const Tensor& y) const {
    return output("output", torch::gelu(product("intermediate.dense", y)), y);
  }
  static void expect_close(const Tensor& found, const Tensor& expected) {
    ASSERT_EQ(found.sizes(), expected.sizes());
    EXPECT_LE((found - expected).abs().max().item<double>(), 1e-4);
  }

  const torch::NoGradGuard no_gradient_;
  Block block_{nullptr};
  std::shared_ptr<position::PositionEncoding> encoding_;
  BlockContext context_;
  Tensor x_;
};

class CrossBlockTest : public BlockTest {
 protected:
  CrossBlockTest() : BlockTest(true) {}
};

TEST_F(BlockTest, IsItsFormula) {
  expect_close(block_->forward(x_, context_), fed_forward(attended()));
}

TEST_F(BlockTest, SomeRowsAreThoseOfAll) {
  const Tensor all = block_->forward(x_, context_);
  context_.rows = torch::tensor({4, 1});
  expect_close(block_->forward(x_, context_), all.index_select(0, context_.rows));
}

TEST_F(CrossBlockTest, LooksAtTheMemoryBetween) {
  const Memory memory{torch::randn({3, x_.size(1)}),
                      torch::tensor({0, 3}, torch::kInt32),
                      {{0, block_tokens, 0, 3, 3, 0}}};
  context_.memory = &memory;
  const Tensor between = attended();
  const auto kv = product("crossattention.self.kv", memory.hidden).chunk(2, 1);
  const Tensor seen =
      output("crossattention.output",
             attend(product("crossattention.self.query", between), kv[0], kv[1]), between);
  expect_close(block_->forward(x_, context_), fed_forward(seen));
}

TEST_F(BlockTest, WithoutCrossAttentionThereIsNoMemory) {
  const Memory memory{torch::randn({3, x_.size(1)}), torch::tensor({0, 3}, torch::kInt32)};
  context_.memory = &memory;
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { block_->forward(x_, context_); }),
                              "add_cross_attention"));
}

}  // namespace
}  // namespace roformer::model
