using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using JobScheduler.Domain;
using JobScheduler.Domain.Jobs;
using JobScheduler.Projections.Jobs;
using JobScheduler.UnitTests.Jobs;

namespace JobScheduler.UnitTests.Projections;

public sealed class DefinitionParserTests
{
    private readonly DefinitionParser _parser = new();

    [Fact]
    public void Definition_is_what_the_serializer_reads_and_equal_parts_are_one() =>
        Prop.ForAll(JobSamples.Pairs, pair =>
        {
            foreach (var definition in new[] { pair.Current, pair.Wanted })
            {
                var json = JsonSerializer.SerializeToUtf8Bytes(definition, EventJson.Default.JobDefinition);
                var parsed = _parser.Parse(json);
                Text(parsed).ShouldBe(Text(definition));
                _parser.Parse(json).Policy.ShouldBeSameAs(parsed.Policy);
                _parser.Parse(json).Schedule.ShouldBeSameAs(parsed.Schedule);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Part_that_is_unknown_is_passed_over()
    {
        var json = Text(JobSamples.Definition).Replace("{\"schedule\"", "{\"later\":{\"a\":[1,2]},\"schedule\"", StringComparison.Ordinal);
        Text(_parser.Parse(Encoding.UTF8.GetBytes(json))).ShouldBe(Text(JobSamples.Definition));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"schedule\":null}")]
    [InlineData("[]")]
    public void Text_without_a_part_that_must_be_there_is_refused(string json) =>
        Should.Throw<JsonException>(() => _parser.Parse(Encoding.UTF8.GetBytes(json)));

    private static string Text(JobDefinition definition) => JsonSerializer.Serialize(definition, EventJson.Default.JobDefinition);
}
