namespace JobScheduler.BrowserTests;

/// <summary>Scripts that look at a page as it is laid out; each gives back what is wrong.</summary>
internal static class PageChecks
{
    /// <summary>Elements that make the page itself wider than the window.</summary>
    public const string Overflow =
        """
        () => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 1)
            .map(e => `${e.tagName}.${e.className}: ${e.getBoundingClientRect().right} of ${width}`).slice(0, 5);
        }
        """;

    /// <summary>One heading of the first level, and none that skips a level.</summary>
    public const string Headings =
        """
        () => {
          const levels = [...document.querySelectorAll('main :is(h1, h2, h3, h4)')].filter(h => h.checkVisibility()).map(h => Number(h.tagName[1]));
          const wrong = [];
          if (levels.filter(l => l === 1).length !== 1) wrong.push(`${levels.filter(l => l === 1).length} headings of the first level`);
          for (let i = 1; i < levels.length; i++) if (levels[i] > levels[i - 1] + 1) wrong.push(`h${levels[i - 1]} is followed by h${levels[i]}`);
          return wrong;
        }
        """;

    /// <summary>Controls for which a screen reader has no words, and pictures without.</summary>
    public const string Nameless =
        """
        () => {
          const text = id => document.getElementById(id)?.textContent ?? '';
          const alts = e => [...e.querySelectorAll('img[alt], svg[aria-label]')].map(i => i.alt ?? i.getAttribute('aria-label')).join(' ');
          const name = e => [
            e.getAttribute('aria-label'), (e.getAttribute('aria-labelledby') ?? '').split(' ').map(text).join(' '),
            [...(e.labels ?? [])].map(l => l.textContent).join(' '),
            e.matches('input, select, textarea') ? '' : e.textContent, e.matches('img, input[type=image]') ? e.alt : '', alts(e), e.title,
          ].map(n => (n ?? '').trim()).find(n => n !== '');
          const controls = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, progress, meter, dialog input, [role=button], [role=img]')];
          const pictures = [...document.querySelectorAll('img:not([alt])')];
          return [...controls.filter(e => (e.checkVisibility() || e.closest('dialog')) && !name(e)), ...pictures].map(e => e.outerHTML.slice(0, 160));
        }
        """;

    /// <summary>Text whose contrast to what is behind it is below 4.5 (WCAG 2.2, 1.4.3); controls that are disabled are exempt.</summary>
    public const string LowContrast =
        """
        () => {
          const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
          const seen = new Map();
          const parse = colour => {
            if (seen.has(colour)) return seen.get(colour);
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
            seen.set(colour, [r, g, b, a / 255]);
            return seen.get(colour);
          };
          const over = ([r, g, b, a], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a));
          const behind = element => {
            const layers = [];
            for (let e = element; e; e = e.parentElement) {
              const colour = parse(getComputedStyle(e).backgroundColor);
              if (colour[3] > 0) layers.push(colour);
              if (colour[3] === 1) break;
            }
            return layers.reverse().reduce((under, layer) => over(layer, under), parse('Canvas').slice(0, 3));
          };
          const opacity = element => {
            let all = 1;
            for (let e = element; e; e = e.parentElement) all *= Number(getComputedStyle(e).opacity);
            return all;
          };
          const luminance = colour => {
            const [r, g, b] = colour.map(c => (c / 255 <= .04045 ? c / 255 / 12.92 : ((c / 255 + .055) / 1.055) ** 2.4));
            return .2126 * r + .7152 * g + .0722 * b;
          };
          const contrast = (a, b) => (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
          const wrong = new Set();
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            if (!walker.currentNode.data.trim() || element.closest('script, style, noscript, :disabled, [aria-disabled=true]') || !element.checkVisibility({ visibilityProperty: true })) continue;
            const style = getComputedStyle(element);
            const under = behind(element);
            const [r, g, b, a] = parse(element.closest('svg') ? style.fill : style.color);
            const found = contrast(luminance(over([r, g, b, a * opacity(element)], under)), luminance(under));
            if (found < 4.5) wrong.add(`${found.toFixed(2)}: ${element.tagName}.${element.className?.baseVal ?? element.className} "${walker.currentNode.data.trim().slice(0, 40)}"`);
          }
          return [...wrong].slice(0, 10);
        }
        """;

    /// <summary>What has the focus, whether it stands in the page's own part, and whether that is to be seen.</summary>
    public const string Focus =
        """
        () => {
          const e = document.activeElement;
          const style = getComputedStyle(e);
          const box = e.getBoundingClientRect();
          return {
            what: e.outerHTML.slice(0, 120),
            inMain: e.closest('main') !== null && e.id !== 'main',
            visible: e !== document.body && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1 && box.width > 0 && box.bottom > 0 && box.top < innerHeight,
          };
        }
        """;
}
