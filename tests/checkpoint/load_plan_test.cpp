#include "roformer/checkpoint/load_plan.h"

#include <gtest/gtest.h>
#include <torch/nn/module.h>
#include <torch/utils.h>

#include "roformer/format/blank_weights.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/tensors_in_memory.h"

namespace roformer::checkpoint {
namespace {

using torch::Tensor;

// "pair" is two tensors below each other, "head" may be missing, "one" has two names, "table" says
// nothing.
class TestNames : public NameMap {
 public:
  std::vector<WeightPart> parts_of(const std::string& parameter) const override {
    if (parameter == "pair") return {{"up", {"up"}}, {"down", {"down"}}};
    if (parameter == "one") return {{"one", {"new", "old"}}};
    return {{parameter, {parameter}}};
  }
  bool may_be_missing(const std::string& parameter) const override { return parameter == "head"; }
  bool carries_nothing(const std::string& name) const override { return name == "table"; }
};

struct Weights4 : torch::nn::Module {
  Weights4() {
    pair = register_parameter("pair", format::new_weight({4, 3}));
    one = register_parameter("one", format::new_weight({2}));
    head = register_parameter("head", format::new_weight({5}));
    scalar = register_buffer("scalar", format::new_weight({}));
  }
  Tensor pair, one, head, scalar;
};

format::TensorMap whole() {
  return {{"up", torch::full({2, 3}, 1.0f)},
          {"down", torch::full({2, 3}, 2.0f)},
          {"new", torch::full({2}, 3.0f)},
          {"head", torch::full({5}, 4.0f)},
          {"scalar", torch::tensor(5.0f)}};
}

TEST(LoadPlan, FillsRowsOfBlankWeights) {
  std::unique_ptr<Weights4> module;
  {
    const format::BlankWeights blank;
    module = std::make_unique<Weights4>();
  }
  const TensorsInMemory file(whole());
  const LoadPlan plan(*module, file, TestNames());
  EXPECT_EQ(module->pair.storage().nbytes(), 0u);
  EXPECT_TRUE(plan.report().missing.empty());
  EXPECT_TRUE(plan.report().unused.empty());
  plan.run();
  EXPECT_TRUE(torch::equal(module->pair.detach(),
                           torch::cat({torch::full({2, 3}, 1.0f), torch::full({2, 3}, 2.0f)})));
  EXPECT_EQ(module->one.sum().item<float>(), 6.0f);
  EXPECT_EQ(module->scalar.item<float>(), 5.0f);
  EXPECT_TRUE(module->pair.requires_grad());
}

TEST(LoadPlan, WeightsAreCopiesInFloat32) {
  Weights4 module;
  auto tensors = whole();
  for (auto& [name, tensor] : tensors) tensor = tensor.to(torch::kDouble);
  tensors["up"] = torch::full({2, 3}, 1.0f);
  const TensorsInMemory file(tensors);
  LoadPlan(module, file, TestNames()).run();
  tensors.at("up").fill_(9);
  EXPECT_EQ(module.pair.scalar_type(), torch::kFloat);
  EXPECT_EQ(module.pair[0][0].item<float>(), 1.0f);
}

TEST(LoadPlan, ReportsWhatDoesNotMeet) {
  Weights4 module;
  {
    const torch::NoGradGuard no_gradient;
    module.head.fill_(7);
  }
  auto tensors = whole();
  tensors.erase("head");
  tensors["old"] = torch::zeros({9});  // another name of "new": says nothing, whatever its shape
  tensors["table"] = tensors["stray"] = torch::zeros({1});
  const TensorsInMemory file(tensors);
  const LoadPlan plan(module, file, TestNames());
  EXPECT_EQ(plan.report().missing, std::vector<std::string>{"head"});
  EXPECT_EQ(plan.report().unused, std::vector<std::string>{"stray"});
  plan.run();
  EXPECT_EQ(module.head.sum().item<float>(), 35.0f);
}

TEST(LoadPlan, ANameMayBeTheSecond) {
  Weights4 module;
  auto tensors = whole();
  tensors["old"] = tensors["new"];
  tensors.erase("new");
  const TensorsInMemory file(tensors);
  LoadPlan(module, file, TestNames()).run();
  EXPECT_EQ(module.one.sum().item<float>(), 6.0f);
}

TEST(LoadPlan, NothingIsWrittenUnlessAllFits) {
  const auto refused = [](const char* name, const Tensor& tensor,
                          std::initializer_list<const char*> words) {
    Weights4 module;
    const torch::NoGradGuard no_gradient;
    for (Tensor& parameter : module.parameters()) parameter.fill_(8);
    auto tensors = whole();
    tensors.erase(name);
    if (tensor.defined()) tensors[name] = tensor;
    const TensorsInMemory file(tensors);
    expect_error(words, [&] { LoadPlan(module, file, TestNames()); });
    for (const Tensor& parameter : module.parameters())
      EXPECT_TRUE(parameter.eq(8).all().item<bool>());
  };
  refused("down", torch::zeros({3, 2}), {"f: tensor 'down'", "(2, 3)", "(3, 2)"});
  refused("down", torch::zeros({4, 3}), {"(2, 3)", "(4, 3)"});
  refused("scalar", torch::zeros({1}), {"'scalar'", "()", "(1)"});
  refused("head", torch::zeros({4}), {"'head'", "(5)", "(4)"});
  refused("up", torch::zeros({2, 3}, torch::kLong), {"'up'", "F32", "I64"});
  refused("new", {}, {"f: expected a tensor 'new' but there is none"});
}

}  // namespace
}  // namespace roformer::checkpoint
