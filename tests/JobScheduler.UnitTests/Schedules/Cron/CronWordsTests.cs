using FsCheck;
using FsCheck.Fluent;
using JobScheduler.Domain.Schedules;
using JobScheduler.Domain.Schedules.Cron;

namespace JobScheduler.UnitTests.Schedules.Cron;

public sealed class CronWordsTests
{
    [Theory]
    [InlineData("* * * * * *", "every second")]
    [InlineData("*/5 * * * * *", "every 5 seconds")]
    [InlineData("5/15 * * * * *", "every 15 seconds from second 5")]
    [InlineData("*/7 * * * * *", "every 7 seconds from second 0 to 56 of every minute")]
    [InlineData("30 * * * * *", "every minute at second 30")]
    [InlineData("10,20,45 * * * * *", "at seconds 10, 20 and 45 of every minute")]
    [InlineData("10-20 * * * * *", "every second from second 10 to 20 of every minute")]
    [InlineData("* 30 9 * * *", "every second from 09:30:00 to 09:30:59")]
    [InlineData("*/10 * 9-16 * * MON-FRI", "every 10 seconds from 09:00:00 to 16:59:50, from Monday to Friday")]
    [InlineData("*/10 15 * * * *", "every 10 seconds of minute 15 past every hour")]
    [InlineData("* */2 * * * *", "every second of every 2nd minute")]
    [InlineData("* * * * *", "every minute")]
    [InlineData("? ? ? ? ?", "every minute")]
    [InlineData("*/5 * * * *", "every 5 minutes")]
    [InlineData("0,5,10,15,20,25,30,35,40,45,50,55 * * * *", "every 5 minutes")]
    [InlineData("2/5 * * * *", "every 5 minutes from minute 2")]
    [InlineData("30 */5 * * * *", "every 5 minutes at second 30")]
    [InlineData("*/25 * * * *", "every 25 minutes from minute 0 to 50 past every hour")]
    [InlineData("*/15 9-17 * * *", "every 15 minutes from 09:00 to 17:45")]
    [InlineData("*/15 9 * * *", "every 15 minutes from 09:00 to 09:45")]
    [InlineData("*/15 22-2 * * *", "every 15 minutes from 22:00 to 02:45")]
    [InlineData("*/10 */2 * * *", "every 10 minutes of every 2nd hour")]
    [InlineData("* 9-17 * * MON-FRI", "every minute from 09:00 to 17:59, from Monday to Friday")]
    [InlineData("0-10 * * * *", "every minute from minute 0 to 10 past every hour")]
    [InlineData("0-9 3 * * *", "every minute from minute 0 to 9 between 03:00 and 03:59")]
    [InlineData("1,5,17 */6 * * *", "at minutes 1, 5 and 17 past every 6th hour")]
    [InlineData("0 * * * *", "every hour")]
    [InlineData("@hourly", "every hour")]
    [InlineData("15 * * * *", "at minute 15 past every hour")]
    [InlineData("30 15 * * * *", "at second 30 of minute 15 past every hour")]
    [InlineData("0,30 * * * *", "every 30 minutes")]
    [InlineData("0 */2 * * *", "every 2 hours")]
    [InlineData("15 */2 * * *", "at minute 15 past every 2nd hour")]
    [InlineData("0 1/6 * * *", "every 6 hours from 01:00")]
    [InlineData("0 */5 * * *", "every 5 hours from 00:00 to 20:00")]
    [InlineData("0 9-17 * * *", "every hour from 09:00 to 17:00")]
    [InlineData("30 22-4 * * *", "every hour from 22:30 to 04:30")]
    [InlineData("0 9-17/2 * * 1-5", "every 2 hours from 09:00 to 17:00, from Monday to Friday")]
    [InlineData("@daily", "at 00:00 every day")]
    [InlineData("0 9 * * *", "at 09:00 every day")]
    [InlineData("30 0 9 * * *", "at 09:00:30 every day")]
    [InlineData("30 0 9 * * MON-FRI", "at 09:00:30 from Monday to Friday")]
    [InlineData("0 0,12 * * *", "at 00:00 and 12:00 every day")]
    [InlineData("0 6,12,20 * * *", "at 06:00, 12:00 and 20:00 every day")]
    [InlineData("0,30 9,17 * * *", "at 09:00, 09:30, 17:00 and 17:30 every day")]
    [InlineData("0 9 * * 0,6", "at 09:00 on Saturdays and Sundays")]
    [InlineData("@weekly", "at 00:00 on Sundays")]
    [InlineData("0 9 * * FRI-MON", "at 09:00 from Friday to Monday")]
    [InlineData("0 9 * JUL,AUG *", "at 09:00 every day in July and August")]
    [InlineData("0 9 * 6-8 MON", "at 09:00 on Mondays from June to August")]
    [InlineData("*/5 * * 6-8 *", "every 5 minutes from June to August")]
    [InlineData("@monthly", "at 00:00 on the 1st of the month")]
    [InlineData("@yearly", "at 00:00 on the 1st of January")]
    [InlineData("0 0 1 */3 *", "at 00:00 on the 1st of January, April, July and October")]
    [InlineData("0 0 1,15 * *", "at 00:00 on the 1st and 15th of the month")]
    [InlineData("0 0 1-7 * *", "at 00:00 on each day from the 1st to the 7th of the month")]
    [InlineData("0 0 */2 * *", "at 00:00 on every 2nd day of the month")]
    [InlineData("0 0 22 3 *", "at 00:00 on the 22nd of March")]
    [InlineData("0 9 L * *", "at 09:00 on the last day of the month")]
    [InlineData("0 9 L-3 * *", "at 09:00 on the 3rd day before the last of the month")]
    [InlineData("0 9 LW * *", "at 09:00 on the last weekday of the month")]
    [InlineData("0 9 15W * *", "at 09:00 on the weekday nearest to the 15th of the month")]
    [InlineData("0 9 L-3W 12 *", "at 09:00 on the weekday nearest to the 3rd day before the last of December")]
    [InlineData("0 9 * * FRIL", "at 09:00 on the last Friday of the month")]
    [InlineData("0 9 * * TUE#2", "at 09:00 on the second Tuesday of the month")]
    [InlineData("0 9 * 1-3 7#1", "at 09:00 on the first Sunday of each month from January to March")]
    [InlineData("0 9 13 * FRI", "at 09:00 on the 13th of the month, if that is a Friday")]
    [InlineData("0 9 L * MON-FRI", "at 09:00 on the last day of the month, if that is a weekday")]
    [InlineData("0 9 1-7 * SAT,SUN", "at 09:00 on each day from the 1st to the 7th of the month, if that is a Saturday or Sunday")]
    public void Expression_is_told_in_words(string expression, string words) => CronWords.Of(expression).ShouldBe(words);

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("60 * * * *")]
    [InlineData("@sometimes")]
    public void There_are_no_words_for_what_does_not_parse(string expression) => CronWords.Of(expression).ShouldBeNull();

    [Fact]
    public void Words_tell_expressions_apart_that_are_due_at_different_times() => Prop
        .ForAll(CronCases.AnyDay, CronCases.AnyDay, Gen.Choose(0, 5).ToArbitrary(), (one, another, field) =>
        {
            var fields = one.Expression.Split(' ');
            fields[field] = another.Expression.Split(' ')[field];
            var (a, b) = (Timetable.ParseCron(one.Expression), Timetable.ParseCron(string.Join(' ', fields)));
            // The canonical text has the sets of values; ranges and steps leave no trace in it.
            return (CronWords.Of(a) == CronWords.Of(b)) == (a.ToString() == b.ToString());
        })
        .QuickCheckThrowOnFailure();
}
